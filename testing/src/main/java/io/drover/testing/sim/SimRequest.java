/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.MoveRequest;
import io.drover.api.NodeId;

/** What is asked of a move in a simulated installation; all else is left to its default. */
public final class SimRequest {
    private SimRequest() {}

    /**
     * A request.
     *
     * @param approve whether the move waits in READY for a person
     * @param drill whether it is a drill
     * @param strict whether the source is stopped and its WAL read before anything is promoted
     */
    @SuppressWarnings("NullAway") // as a JSON body leaves them out
    public static MoveRequest to(String target, boolean approve, boolean drill, boolean strict) {
        return new MoveRequest(
                SimWorld.SHARD,
                new NodeId(target),
                null,
                approve ? MoveRequest.Cutover.APPROVE : null,
                strict ? MoveRequest.Mode.STRICT : null,
                null,
                null,
                null,
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
