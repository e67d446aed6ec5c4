/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.InstanceId;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology.Endpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The move that the tests of this package make. */
final class Moved {
    static final ShardId SHARD = new ShardId("shard_01");
    static final NodeId A = new NodeId("node_a");
    static final NodeId B = new NodeId("node_b");
    static final NodeId C = new NodeId("node_c");
    static final InstanceId INSTANCE = new InstanceId("7300000000000000001");
    static final Endpoint ON_A = new Endpoint(A, "127.0.0.21", 5433);
    static final Endpoint ON_B = new Endpoint(B, "127.0.0.22", 5433);

    static final Endpoint ON_C = new Endpoint(C, "127.0.0.23", 5433);

    /** The longest that may be asked for: a machine that stalls in the pause must not undo a move. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private Moved() {}

    static MoveRequest request() {
        return request(null, PAUSE, null, false);
    }

    static MoveRequest approvedRequest() {
        return request(MoveRequest.Cutover.APPROVE, PAUSE, null, false);
    }

    static MoveRequest drillRequest() {
        return request(null, PAUSE, null, true);
    }

    /** With another policy for what stands in the way of the cutover. */
    static MoveRequest request(MoveRequest.Blockers blockers, boolean drill) {
        return request(null, PAUSE, blockers, drill);
    }

    /** With another budget. */
    static MoveRequest request(Duration maxWritePause) {
        return request(null, maxWritePause, null, false);
    }

    @SuppressWarnings("NullAway") // as a JSON body leaves them out
    private static MoveRequest request(
            MoveRequest.@Nullable Cutover cutover,
            Duration maxWritePause,
            MoveRequest.@Nullable Blockers blockers,
            boolean drill) {
        return new MoveRequest(
                SHARD,
                B,
                null,
                cutover,
                null,
                maxWritePause,
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

    static MoveIdentity identity() {
        return identity(request(), null);
    }

    /** With another standby on node_c, which is there or shall be made. */
    static MoveIdentity withStandby(MoveRequest request, boolean made) {
        MoveIdentity plain = identity(request, null);
        return new MoveIdentity(
                plain.id(),
                plain.request(),
                plain.instance(),
                plain.shards(),
                plain.source(),
                plain.target(),
                plain.mode(),
                plain.createdAt(),
                null,
                List.of(new Standby(ON_C, made)));
    }

    static MoveIdentity identityOfTable(int table) {
        MoveIdentity plain = identity();
        return new MoveIdentity(
                plain.id(),
                plain.request(),
                plain.instance(),
                plain.shards(),
                plain.source(),
                plain.target(),
                plain.mode(),
                plain.createdAt(),
                null,
                List.of(),
                table);
    }

    static MoveIdentity identity(MoveRequest request, @Nullable Instant deadline) {
        return identity(request, MoveRequest.Mode.SEALED, deadline);
    }

    static MoveIdentity identity(MoveRequest request, MoveRequest.Mode mode, @Nullable Instant deadline) {
        return new MoveIdentity(
                MoveId.random(),
                request,
                INSTANCE,
                List.of(SHARD),
                ON_A,
                ON_B,
                mode,
                Instant.EPOCH,
                deadline,
                List.of());
    }
}
