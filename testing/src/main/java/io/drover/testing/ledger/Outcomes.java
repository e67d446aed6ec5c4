/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import io.drover.testing.ledger.AckLog.Outcome;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells refused writes from those whose fate is unknown. */
public final class Outcomes {
    // SQLSTATE classes that PostgreSQL raises before the commit record is written (PostgreSQL documentation, appendix
    // A)
    private static final Set<String> REFUSALS = Set.of("0A", "22", "23", "25", "28", "3D", "40", "42", "53");
    /** A disk can be full when the commit's own record is written: the server dies of it, and may find the record when it recovers. */
    private static final String DISK_FULL = "53100";

    private Outcomes() {}

    /** The fate of a write whose commit had been asked for when the exception came. */
    public static Outcome afterCommitWasAsked(SQLException failure) {
        String state = failure.getSQLState();
        boolean refused = state != null
                && state.length() == 5
                && !state.equals(DISK_FULL)
                && REFUSALS.contains(state.substring(0, 2));
        return refused ? Outcome.FAILED : Outcome.UNKNOWN;
    }

    /** A commit whose wait for the synchronous standby was cancelled is there, but was not promised (hazard H16). */
    static Outcome afterSuccess(@Nullable SQLWarning warnings) {
        for (SQLWarning warning = warnings; warning != null; warning = warning.getNextWarning()) {
            if (String.valueOf(warning.getMessage()).contains("synchronous replication")) {
                return Outcome.UNKNOWN;
            }
        }
        return Outcome.ACKED;
    }
}
