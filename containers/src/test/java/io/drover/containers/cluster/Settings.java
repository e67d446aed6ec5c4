/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** What the options of the build say of this run. */
final class Settings {
    /** The release that hosts have which are no nodes. */
    static final String USUAL_SUITE = "bookworm";

    private Settings() {}

    /** The directory of the sources. */
    static Path project() {
        return Path.of(System.getProperty("package.directory")).resolve("..").normalize();
    }

    /** Where everything that this run makes and keeps lies. */
    static Path directory() {
        return Path.of(System.getProperty("evidence.directory"), "cluster").toAbsolutePath();
    }

    /** The cases that CI has time for, or those of one turn of it, which is 1 or 2. */
    static Predicate<InCi> turn() {
        String turn = System.getProperty("cluster.turn", "");
        if (turn.isBlank()) {
            return InCi::hasEver;
        }
        int number = Integer.parseInt(turn);
        return inCi -> inCi.has(number);
    }

    /** Whether every case is run, on as many machines as there are roles; otherwise those that CI has time for. */
    static boolean everything() {
        return Boolean.getBoolean("cluster.everything");
    }

    /** The release of Debian that the nodes have. */
    static String suite() {
        return System.getProperty("cluster.suite", USUAL_SUITE);
    }

    /** The version of PostgreSQL that this release has. */
    static String postgres() {
        return switch (suite()) {
            case "bullseye" -> "13";
            case "bookworm" -> "15";
            case "trixie" -> "17";
            default -> throw new IllegalArgumentException("which PostgreSQL does " + suite() + " have?");
        };
    }

    /** Names of cases to run instead of all. */
    static List<String> only() {
        String names = System.getProperty("cluster.only", "");
        return names.isBlank() ? List.of() : List.of(names.split(","));
    }

    /** What network and containers are called. */
    static String name() {
        return System.getProperty("cluster.name", "drover-cluster");
    }

    /** The first three numbers of the addresses. */
    static String subnet() {
        return System.getProperty("cluster.subnet", "172.29.57");
    }

    /** Whether machines of an earlier run that are set up are used again, and left behind: for whoever works on the cases. */
    static boolean keep() {
        return Boolean.getBoolean("cluster.keep");
    }
}
