/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.FenceEpoch;
import io.drover.api.ShardId;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A commit, or a statement that commits by itself, was sent and no answer came; or the answer was that it is committed here, but may be
 * on no other server (hazard H16). It may or may not have happened, and the kit has not repeated it. To repeat it blindly may do it
 * twice (hazard H55): look for what it was to write first, or ask for its transaction on the shard's primary:
 *
 * <pre>select pg_xact_status('4711'::xid8)</pre>
 *
 * <p>{@code committed} and {@code aborted} are final, {@code in progress} asks for patience, null says that the server has forgotten. That
 * holds as long as the primary is the same, and after a move, which carries over all that any session of the old primary had begun to
 * write. It does not hold after a primary was lost without a move: the new one may give the number of a transaction that it never heard of
 * to another one.
 *
 * <p>Not transient on purpose: what repeats transient failures by itself must not repeat this one.
 */
public final class CommitOutcomeUnknownException extends SQLNonTransientConnectionException {
    private static final long serialVersionUID = 1L;

    private final String shard;
    private final long epoch;
    private final @Nullable String transactionId;

    CommitOutcomeUnknownException(
            String message,
            ShardId shard,
            FenceEpoch epoch,
            @Nullable String transactionId,
            @Nullable SQLException cause) {
        super(message, SqlStates.OUTCOME_UNKNOWN, cause);
        this.shard = shard.value();
        this.epoch = epoch.value();
        this.transactionId = transactionId;
    }

    /** The shard that it was for. */
    public ShardId shard() {
        return new ShardId(shard);
    }

    /** The epoch under which its connection was handed out. */
    public FenceEpoch epoch() {
        return new FenceEpoch(epoch);
    }

    /** The transaction, when the application has noted it with {@link ShardConnection#noteTransactionId}. */
    public Optional<String> transactionId() {
        return Optional.ofNullable(transactionId);
    }
}
