/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MovePlan;
import io.drover.api.MoveRequest;
import io.drover.api.MoveRequest.Waiver;
import io.drover.api.MoveState;
import io.drover.api.ShardId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What people ask of moves. Every refusal is a {@link io.drover.api.DroverException}; a refused call has changed nothing. */
public interface MoveService {
    /**
     * Starts a move.
     *
     * @param idempotencyKey the caller's key: the same key with the same request returns the same move for 24 hours
     * @param starter who asks for it, or null when callers are not told from each other
     */
    Move create(MoveRequest request, Optional<String> idempotencyKey, @Nullable String starter);

    default Move create(MoveRequest request, Optional<String> idempotencyKey) {
        return create(request, idempotencyKey, null);
    }

    /** Who has started a move, when that is known. */
    Optional<String> starter(MoveId id);

    /** What the move would do and what the checks say now; changes nothing. */
    MovePlan plan(MoveRequest request);

    /** Moves, newest first. */
    List<Move> list(Optional<ShardId> shard, Optional<MoveState> state);

    Move get(MoveId id);

    /** Lets the cutover begin; only in READY. */
    Move approve(MoveId id);

    /** Rehearses the cutover of a move that waits for its approval; it goes on waiting afterwards. */
    Move drill(MoveId id);

    /** Gives the move up and undoes it; only before the point of no return. */
    Move abort(MoveId id);

    default Move rollback(MoveId id) {
        return rollback(id, List.of());
    }

    /**
     * Goes back to the source; only in BAKING with a ready way back.
     *
     * @param waive as of {@link #complete(MoveId, boolean, List)}
     */
    Move rollback(MoveId id, List<Waiver> waive);

    default Move complete(MoveId id, boolean endBake) {
        return complete(id, endBake, List.of());
    }

    /**
     * Closes the way back.
     *
     * @param endBake also before the bake is over
     * @param waive what a person takes upon themselves: only that the shard has fewer standbys than before, each with a reason
     */
    Move complete(MoveId id, boolean endBake, List<Waiver> waive);

    /** Starts no further step; only up to step 70. */
    Move pause(MoveId id);

    Move resume(MoveId id);

    /**
     * Sends what happens to a move to a listener until it is closed: first the stored history after {@code lastNumber}, then
     * what comes.
     */
    AutoCloseable listen(MoveId id, long lastNumber, MoveListener listener);

    /** Gets what happens to a move; called on one thread at a time. */
    interface MoveListener {
        /**
         * Something happened.
         *
         * @param name state, step, progress, lag or end
         * @param number stored history number on state and step, or 0
         * @param data the changed members and {@code at}
         */
        void onEvent(String name, long number, Object data);
    }
}
