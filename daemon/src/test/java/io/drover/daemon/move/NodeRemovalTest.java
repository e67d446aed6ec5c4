/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.B;
import static io.drover.daemon.move.Moved.C;
import static io.drover.daemon.move.Moved.SHARD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.NodeInfo;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.replication.Waiting;
import io.drover.topology.NodeRecord;
import io.drover.topology.NodeRegistry;
import io.drover.topology.Watch;
import io.drover.topology.ZkLayout;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes that are gone for good, with a real ZooKeeper server. */
@Timeout(60)
class NodeRemovalTest {
    private static final MoveId MOVE = new MoveId("abcd1234-0000");
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final Duration POLL = Duration.ofMillis(20);

    private MoveStage stage;
    private MoveDesk desk;

    @BeforeEach
    void open() {
        stage = new MoveStage();
        desk = stage.desk();
    }

    @AfterEach
    void close() throws IOException {
        desk.close();
        stage.close();
    }

    private List<NodeId> nodes() {
        return desk.shards.nodes().stream().map(NodeInfo::id).toList();
    }

    private void assertRefused(NodeId node, ErrorCode code, String why) {
        List<NodeId> before = nodes();
        assertThatThrownBy(() -> desk.shards.forget(node)).isInstanceOfSatisfying(DroverException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e).hasMessageContaining(why);
            assertThat(e.hint()).hasValueSatisfying(hint -> assertThat(hint).isNotBlank());
        });
        assertThat(nodes()).isEqualTo(before);
    }

    @Test
    void forgetsANodeThatNothingNeeds() {
        desk.shards.forget(C);

        assertThat(nodes()).containsExactly(A, B);
        assertRefused(C, ErrorCode.NOT_FOUND, "there is no node node_c");
    }

    @Test
    void refusesANodeWithAnAgentUntilThatIsGone() {
        BooleanSupplier connected = () -> stage.client().isConnected() && new NodeRegistry(stage.client()).alive(C);
        try (Watch agent =
                new NodeRegistry(stage.client()).register(new NodeRecord(C, "10.0.0.3", "http://10.0.0.3:1"))) {
            assertThat(Waiting.until(LIMIT, POLL, connected)).as("%s", agent).isTrue();
            assertRefused(C, ErrorCode.STATE_CONFLICT, "its agent is connected");
        }
        assertThat(Waiting.until(LIMIT, POLL, () -> !connected.getAsBoolean())).isTrue();

        desk.shards.forget(C);

        assertThat(nodes()).doesNotContain(C);
    }

    @Test
    void refusesThePrimaryAndAStandbyOfAShard() {
        assertRefused(A, ErrorCode.STATE_CONFLICT, "shards have a copy on it: " + SHARD);

        desk.serveAt(SHARD, new FenceEpoch(1), List.of(new Replica(C, "10.0.0.3", 5433, ReplicaRole.READ, 1)));

        assertRefused(C, ErrorCode.STATE_CONFLICT, "shards have a copy on it: " + SHARD);
    }

    @Test
    void refusesANodeThatAMoveHolds() {
        desk.lock(C, MOVE);

        assertRefused(C, ErrorCode.NODE_BUSY, MOVE.value());
    }

    /** The way back is gone, so the topology does not name the node any more, and a bake holds no node. */
    @Test
    void refusesTheTargetOfAMoveThatHasNotEnded() {
        assertRefusedDuring(Moved.identity(), B);
    }

    @Test
    void refusesTheNodeOfAStandbyThatAMoveMakes() {
        assertRefusedDuring(Moved.withStandby(Moved.request(), true), C);
    }

    private void assertRefusedDuring(MoveIdentity move, NodeId node) {
        stage.leadership()
                .transaction()
                .create(ZkLayout.move(move.id(), MoveRecord.class), MoveRecord.of(move))
                .commit();

        assertRefused(node, ErrorCode.STATE_CONFLICT, "move " + move.id() + " goes on with it");
    }
}
