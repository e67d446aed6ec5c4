/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What some seeds come to: their digests, which hold every step that was taken and when. Also a program. */
final class SeedDigests {
    private SeedDigests() {}

    /** One line for each seed. */
    static List<String> of(long first, long seeds) {
        List<String> lines = new ArrayList<>();
        for (long seed = first; seed < first + seeds; seed++) {
            Simulation.Result result = Simulation.run(seed);
            lines.add(seed + " " + result.run() + " " + result.outcome().state() + " "
                    + result.outcome().faults());
        }
        return lines;
    }

    public static void main(String... arguments) {
        ((Logger) LoggerFactory.getLogger("io.drover")).setLevel(Level.OFF);
        of(Long.parseLong(arguments[0]), Long.parseLong(arguments[1])).forEach(System.out::println);
    }
}
