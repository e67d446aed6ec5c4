/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import java.util.List;

/** What is asked of a move in a simulated installation; all else is left to its default. */
public final class SimRequest {
    private SimRequest() {}

    /**
     * A request.
     *
     * @param approve whether the move waits in READY for a person
     * @param drill whether it is a drill
     * @param mode how the source is stopped
     */
    public static MoveRequest to(String target, boolean approve, boolean drill, MoveRequest.Mode mode) {
        return to(target, approve, drill, mode, Third.NONE);
    }

    /** A plain one, which ends sessions that stand in its way. */
    static MoveRequest ending(String target) {
        return to(target, false, false, MoveRequest.Mode.AUTO, Third.NONE, MoveRequest.Blockers.TERMINATE);
    }

    /** The same, where a third node may be to get a standby. */
    static MoveRequest to(String target, boolean approve, boolean drill, MoveRequest.Mode mode, Third third) {
        return to(target, approve, drill, mode, third, MoveRequest.Blockers.WAIT);
    }

    @SuppressWarnings("NullAway") // as a JSON body leaves them out
    private static MoveRequest to(
            String target,
            boolean approve,
            boolean drill,
            MoveRequest.Mode mode,
            Third third,
            MoveRequest.Blockers blockers) {
        return new MoveRequest(
                SimWorld.SHARD,
                new NodeId(target),
                third == Third.STANDBY_TO_BE_MADE ? List.of(new NodeId(Third.NODE)) : null,
                approve ? MoveRequest.Cutover.APPROVE : null,
                mode,
                null,
                null,
                blockers,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                drill);
    }
}
