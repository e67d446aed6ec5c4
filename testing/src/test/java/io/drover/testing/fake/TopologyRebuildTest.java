/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.MiniCluster.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyExport;
import io.drover.api.TopologyRebuild;
import io.drover.api.TopologyRebuild.LeftOut;
import io.drover.api.TopologyRebuild.Order;
import io.drover.api.TopologyState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The topology made again from what agents remember (H95), on the shipped controller and agents. */
final class TopologyRebuildTest {
    private static final Order SHOW = new Order(null, null, null, false);
    private static final Order WRITE = new Order(null, null, null, true);

    private final MiniCluster cluster = MiniCluster.withShard();

    @AfterEach
    void close() {
        cluster.close();
    }

    private Move moveToB() {
        Move move = cluster.start("");
        cluster.await("BAKING", () -> cluster.control().moves().get(move.id()).state() == MoveState.BAKING);
        return move;
    }

    private TopologyRebuild.Plan rebuild(Order order) {
        return cluster.control().shards().rebuildTopology(order);
    }

    private void restartDaemons(NodeId... agents) {
        cluster.killController();
        cluster.killAgent(A);
        cluster.killAgent(B);
        List.of(agents).forEach(cluster::startAgent);
        cluster.startController();
    }

    private void leadAgain() {
        cluster.await("a leader above the rebuilt epoch", () -> cluster.leads());
    }

    @Test
    void bringsAShardBackFromBeforeItsMove() {
        FakeZooKeeper.Snapshot before = cluster.zooKeeper.snapshot();
        moveToB();
        cluster.zooKeeper.restore(before);
        restartDaemons(A, B);

        TopologyRebuild.Plan shown = rebuild(SHOW);
        assertThat(shown.problems()).isEmpty();
        assertThat(shown.written()).isFalse();
        assertThat(cluster.topology().primary().node())
                .as("nothing was written")
                .isEqualTo(A);

        assertThat(rebuild(WRITE).written()).isTrue();
        leadAgain();

        assertThat(cluster.topology().primary().node()).isEqualTo(B);
        assertThat(cluster.topology().epoch().value()).isEqualTo(13);
        assertThat(cluster.writable()).containsExactly("node_b");
        cluster.world.mishaps().kill("node_b", MiniCluster.PORT);
        cluster.await(
                "it is started under the new grant", () -> cluster.writable().equals(List.of("node_b")));
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> rebuild(WRITE))
                .withMessageContaining("nothing to rebuild");
    }

    @Test
    void bringsAShardBackIntoAnEmptyZooKeeperAndEndsNoMoveThatRuns() {
        cluster.instance();
        cluster.zooKeeper.wipe();
        restartDaemons(A, B);

        assertThat(rebuild(WRITE).written()).isTrue();
        leadAgain();

        assertThat(cluster.topology().primary().node()).isEqualTo(A);
        assertThat(cluster.topology().state()).isEqualTo(TopologyState.SERVING);
        Move move = moveToB();
        assertThat(cluster.topology().primary().node()).isEqualTo(B);
        assertThat(cluster.control().moves().get(move.id()).error()).isNull();
    }

    @Test
    void endsMovesThatTheSnapshotHasBroughtBack() {
        Move move = cluster.start("\"cutover\":\"approve\"");
        cluster.await("READY", () -> cluster.control().moves().get(move.id()).state() == MoveState.READY);
        FakeZooKeeper.Snapshot ready = cluster.zooKeeper.snapshot();
        cluster.control().moves().approve(move.id());
        cluster.await("BAKING", () -> cluster.control().moves().get(move.id()).state() == MoveState.BAKING);
        cluster.zooKeeper.restore(ready);
        restartDaemons(A, B);

        assertThat(rebuild(WRITE).endedMoves()).containsExactly(move.id());
        leadAgain();

        Move ended = cluster.control().moves().get(move.id());
        assertThat(ended.state()).isEqualTo(MoveState.ABORTED);
        assertThat(String.valueOf(ended.error())).contains("rebuild");
        assertThat(cluster.topology().primary().node()).isEqualTo(B);
        assertThat(cluster.writable()).containsExactly("node_b");
    }

    @Test
    void asksEveryNodeUnlessAPersonLeavesItOut() {
        FakeZooKeeper.Snapshot before = cluster.zooKeeper.snapshot();
        moveToB();
        TopologyExport export = cluster.control().shards().exportTopology();
        cluster.zooKeeper.restore(before);
        restartDaemons(B);

        assertThat(rebuild(SHOW).problems()).singleElement().asString().contains("node_a does not answer");
        assertThatExceptionOfType(DroverException.class).isThrownBy(() -> rebuild(WRITE));
        assertThat(rebuild(new Order(null, null, List.of(new LeftOut(B, "gone")), false))
                        .problems())
                .anyMatch(problem -> problem.contains("node_b answers"));
        Order without = new Order(export, null, List.of(new LeftOut(A, "its machine burnt")), true);
        assertThat(rebuild(without).written()).isTrue();
        leadAgain();
        assertThat(cluster.topology().primary().node()).isEqualTo(B);
    }

    @Test
    void hasNothingToDoWhereNothingIsLost() {
        moveToB();

        assertThat(rebuild(SHOW).leaderEpoch()).isNull();
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> rebuild(WRITE))
                .withMessageContaining("nothing to rebuild");
        assertThat(cluster.control().moves().list(Optional.empty(), Optional.of(MoveState.BAKING)))
                .hasSize(1);
    }
}
