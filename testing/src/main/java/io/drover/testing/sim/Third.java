/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

/** What a third node has to do with the shard. */
public enum Third {
    /** There is none. */
    NONE,
    /** It has a standby of the shard, which a move takes along. */
    STANDBY,
    /** The same, and commits wait for that standby. */
    SYNCHRONOUS_STANDBY,
    /** It has nothing, and a move is asked to make a standby there. */
    STANDBY_TO_BE_MADE;

    /** Its name. */
    public static final String NODE = "node_c";

    boolean isThereFromTheBeginning() {
        return this == STANDBY || this == SYNCHRONOUS_STANDBY;
    }

    /** Whether it has a standby when a move has come to rest. */
    boolean stays(String state) {
        return isThereFromTheBeginning() || this == STANDBY_TO_BE_MADE && !state.equals("ABORTED");
    }
}
