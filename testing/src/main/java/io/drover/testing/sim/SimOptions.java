/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import java.util.List;

/**
 * How large a world is.
 *
 * @param controllers how many
 * @param nodes their names; the shard is made on the first
 * @param writers threads of the client on the kit; none for no client
 * @param rogue whether somebody writes against all rules
 * @param eager whether clients write as fast as they can where a commit could get lost
 * @param trace whether lines are kept for people
 */
public record SimOptions(
        int controllers, List<String> nodes, int writers, boolean rogue, boolean eager, boolean trace) {
    /** With clients that do not hurry. */
    public SimOptions(int controllers, List<String> nodes, int writers, boolean rogue, boolean trace) {
        this(controllers, nodes, writers, rogue, false, trace);
    }

    /** Two controllers, two nodes, one client and a rogue. */
    public static SimOptions usual() {
        return new SimOptions(2, List.of("node_a", "node_b"), 2, true, false, false);
    }

    /** Keeps lines. */
    public SimOptions traced() {
        return new SimOptions(controllers, nodes, writers, rogue, eager, true);
    }
}
