/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A process that {@code bin/bench control} starts: it says when it is ready, answers orders, each a line of its standard input, and
 * ends with whoever has started it, however that one ends.
 */
public final class ChildMain {
    /** Begins what it says to who has started it; anything else on the stream is log. */
    static final String MARK = "@@ ";

    static final String READY = "ready";

    private ChildMain() {}

    /** A part of the installation, in this process; answers orders from the time of its making on. */
    interface Part {
        /** Carries an order out and answers it, in a line. */
        String answer(String order) throws Exception;
    }

    /** Starts the part that the first argument names. */
    public static void main(String[] arguments) throws Exception {
        List<String> rest = Arrays.asList(arguments).subList(1, arguments.length);
        Part part = switch (arguments[0]) {
            case "zookeeper" -> new ZooKeeperPart(rest.get(0));
            case "controller" -> new ControllerPart(rest.get(0), rest.get(1));
            case "agents" ->
                AgentsPart.start(rest.get(0), Integer.parseInt(rest.get(1)), Integer.parseInt(rest.get(2)));
            case "clients" -> ClientsPart.start(rest);
            default -> throw new IllegalArgumentException("BUG: no part " + arguments[0]);
        };
        System.out.println(MARK + READY);
        try (BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                System.out.println(MARK + part.answer(order));
            }
        }
        // nothing here outlives the measurement: no part has anything to bring to an end
        Runtime.getRuntime().halt(0);
    }
}
