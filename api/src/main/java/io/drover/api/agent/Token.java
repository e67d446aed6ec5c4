/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api.agent;

import io.drover.api.LeaderEpoch;
import io.drover.api.MoveId;

/**
 * Entitles a controller to one verb. An agent persists the highest it has seen for an instance and refuses a lower one, so
 * that a command which was delayed on its way does nothing.
 *
 * @param leaderEpoch the leadership that the controller acts under
 * @param move the move
 * @param step the row of the move table
 * @param sequence ZooKeeper transaction id of the record of the step's intent; rises over all moves and leaders
 * @param timeoutMillis how long the agent may take, counted from the arrival of the command
 */
public record Token(LeaderEpoch leaderEpoch, MoveId move, int step, long sequence, long timeoutMillis)
        implements Comparable<Token> {
    @Override
    public int compareTo(Token other) {
        int byEpoch = leaderEpoch.compareTo(other.leaderEpoch);
        return byEpoch != 0 ? byEpoch : Long.compare(sequence, other.sequence);
    }
}
