/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

/** Whether somebody still works on a move. */
public enum MoveStanding {
    /** It goes on, or waits for a person. */
    LIVE,
    /** It has come to its end. */
    ENDED,
    /** ZooKeeper knows no such move. */
    UNKNOWN
}
