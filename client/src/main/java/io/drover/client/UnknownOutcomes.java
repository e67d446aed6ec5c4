/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.ShardId;
import io.drover.api.ShardTopology.Endpoint;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLWarning;
import org.postgresql.util.ServerErrorMessage;

/** Tells commits that failed from those whose outcome nobody knows (hazards H16, H17, H55). */
final class UnknownOutcomes {
    /** The driver's own: the session broke while something was sent or awaited. Not 08003, with which it refuses to send anything. */
    private static final Set<String> BROKEN = Set.of("08006", "08007", "08S01", "08P01");

    /** The server's last words in one that had idled for too long: it had read nothing of what was sent. */
    private static final Set<String> IDLED = Set.of("25P03", "57P05");

    /** What ends a transaction where a statement may begin, behind comments too. */
    private static final Pattern COMMIT = Pattern.compile(
            "(?:^|;)(?:\\s|--[^\\n]*+(?:\\n|$)|/\\*.*?\\*/)*+(?:commit|end|prepare\\s+transaction)\\b",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** The function of the server that warns of a cancelled wait; its text is in the server's language. */
    private static final String WAIT_FOR_STANDBY = "SyncRepWaitForLSN";

    private final ShardId shard;
    private final KitMetrics metrics;

    UnknownOutcomes(ShardId shard, KitMetrics metrics) {
        this.shard = shard;
        this.metrics = metrics;
    }

    /** Whether the text ends a transaction by itself. */
    static boolean commits(String sql) {
        return COMMIT.matcher(sql).find();
    }

    /**
     * Whether the session ended before the server had answered what was sent. Last words of a server that dies, or that an administrator
     * stops, are no answer: they may come behind the commit. The driver tells of the end itself besides.
     */
    static boolean isUnanswered(SQLException failure) {
        boolean broken = false;
        for (Throwable part : failure) {
            String state = part instanceof SQLException told ? String.valueOf(told.getSQLState()) : "";
            if (IDLED.contains(state)) {
                return false;
            }
            // what a function of the server has raised is an answer, whatever its code
            boolean said = part instanceof PSQLException told && told.getServerErrorMessage() != null;
            broken |= !said && BROKEN.contains(state);
        }
        return broken;
    }

    /** Whether the server warns that it gave up waiting for a standby: committed here, and perhaps nowhere else. */
    static boolean isWaitCancelled(@Nullable SQLWarning first, @Nullable SQLWarning seenBefore) {
        SQLWarning next = seenBefore == null ? first : seenBefore.getNextWarning();
        while (next != null) {
            if (next instanceof PSQLWarning) {
                ServerErrorMessage said = ((PSQLWarning) next).getServerErrorMessage();
                if (said != null && WAIT_FOR_STANDBY.equals(said.getRoutine())) {
                    return true;
                }
            }
            next = next.getNextWarning();
        }
        return false;
    }

    /** For a commit without an answer. */
    CommitOutcomeUnknownException unanswered(Grant grant, @Nullable String transactionId, SQLException failure) {
        return unknown(
                grant,
                transactionId,
                "a commit was sent and no answer came (" + failure.getMessage() + "); it may or may not have happened",
                failure);
    }

    /** For a commit whose wait was cancelled. */
    CommitOutcomeUnknownException waitCancelled(Grant grant, @Nullable String transactionId) {
        return unknown(
                grant,
                transactionId,
                "a commit no longer waits for its synchronous standby: it is on this server and perhaps on no other, and is lost with it",
                null);
    }

    private CommitOutcomeUnknownException unknown(
            Grant grant, @Nullable String transactionId, String what, @Nullable SQLException cause) {
        metrics.outcomeUnknown();
        Endpoint endpoint = grant.endpoint();
        String transaction = transactionId == null ? "" : ", transaction " + transactionId;
        return new CommitOutcomeUnknownException(
                "shard " + shard + " at epoch " + grant.epoch() + " on " + endpoint.node() + transaction + ": " + what
                        + "; nothing was repeated: look for its rows, or ask pg_xact_status(), before you repeat it",
                shard,
                grant.epoch(),
                transactionId,
                cause);
    }
}
