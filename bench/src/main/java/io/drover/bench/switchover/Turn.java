/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import java.sql.SQLException;

/** One way of switching. */
public interface Turn {
    /**
     * Makes some switches under load, one after the other, and leaves the shard idle, ready for the next turn.
     *
     * @param switches one or two
     * @param result takes each switch as soon as it is measured, so that a later failure does not lose it
     * @throws IllegalStateException when one does not come to its end
     */
    void take(int switches, SeriesResult result) throws SQLException;
}
