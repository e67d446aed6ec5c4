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
 * @param third what the last of the nodes is for, beside source and target
 * @param eager whether clients write as fast as they can where a commit could get lost
 * @param trace whether lines are kept for people
 */
public record SimOptions(
        int controllers, List<String> nodes, Third third, int writers, boolean rogue, boolean eager, boolean trace) {
    private static final List<String> SOURCE_AND_TARGET = List.of("node_a", "node_b");

    /** With clients that do not hurry. */
    public SimOptions(int controllers, List<String> nodes, int writers, boolean rogue, boolean trace) {
        this(controllers, nodes, Third.NONE, writers, rogue, false, trace);
    }

    /** Source and target, and a third node where one has something to do. */
    static List<String> nodes(Third third) {
        return third == Third.NONE ? SOURCE_AND_TARGET : List.of("node_a", "node_b", Third.NODE);
    }

    /** Two controllers, two nodes, one client and a rogue. */
    public static SimOptions usual() {
        return usual(Third.NONE);
    }

    /** The same, and a third node. */
    public static SimOptions usual(Third third) {
        return new SimOptions(2, nodes(third), third, 2, true, false, false);
    }

    /** Keeps lines. */
    public SimOptions traced() {
        return new SimOptions(controllers, nodes, third, writers, rogue, eager, true);
    }
}
