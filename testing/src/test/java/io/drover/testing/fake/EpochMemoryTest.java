/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.MiniCluster.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.ShardAdoption;
import io.drover.testing.cluster.Waiting;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** ZooKeeper holds less than was there (F58, F59): nobody becomes writable by it, nobody who serves is stopped, nothing is moved. */
final class EpochMemoryTest {
    private final MiniCluster cluster = MiniCluster.withShard();

    @AfterEach
    void close() {
        cluster.close();
    }

    private Move moveToB() {
        Move move = cluster.start("");
        cluster.await("the way back", () -> {
            Move now = cluster.control().moves().get(move.id());
            return now.state() == MoveState.BAKING
                    && now.rollback() != null
                    && now.rollback().ready();
        });
        return move;
    }

    /** Everything but PostgreSQL and the disks begins anew. */
    private void restartDaemons() {
        cluster.killController();
        cluster.killAgent(A);
        cluster.killAgent(B);
        cluster.startAgent(A);
        cluster.startAgent(B);
        cluster.startController();
    }

    @Test
    void followsNoTopologyFromBeforeTheMove() throws InterruptedException {
        FakeZooKeeper.Snapshot before = cluster.zooKeeper.snapshot();
        Move move = moveToB();

        cluster.zooKeeper.restore(before);
        restartDaemons();
        Waiting.pause(Duration.ofSeconds(2));

        assertThat(cluster.topology().primary().node())
                .as("what ZooKeeper says")
                .isEqualTo(A);
        assertThat(cluster.writable()).containsExactly("node_b");
        refused(() -> cluster.start(""));
        assertThat(cluster.control().moves().list(java.util.Optional.empty(), java.util.Optional.empty()))
                .noneMatch(known -> known.id().equals(move.id()));
    }

    @Test
    void drivesNoMoveThatASnapshotHasBroughtBack() throws InterruptedException {
        Move move = cluster.start("\"cutover\":\"approve\"");
        cluster.await("READY", () -> cluster.control().moves().get(move.id()).state() == MoveState.READY);
        FakeZooKeeper.Snapshot ready = cluster.zooKeeper.snapshot();
        cluster.control().moves().approve(move.id());
        cluster.await("BAKING", () -> cluster.control().moves().get(move.id()).state() == MoveState.BAKING);

        cluster.zooKeeper.restore(ready);
        restartDaemons();

        cluster.await(
                "it says why it waits",
                () -> String.valueOf(cluster.control().moves().get(move.id()).waitingFor())
                        .contains("bin/drover topology rebuild"));
        cluster.control().moves().abort(move.id());
        cluster.await("aborts", () -> cluster.control().moves().get(move.id()).state() == MoveState.ABORTING);
        Waiting.pause(Duration.ofSeconds(2));
        assertThat(cluster.control().moves().get(move.id()).state()).isEqualTo(MoveState.ABORTING);
        assertThat(cluster.topology().epoch().value()).as("nothing was written").isEqualTo(1);
        assertThat(cluster.writable()).containsExactly("node_b");
    }

    @Test
    void startsNoPrimaryOfAnEmptyZooKeeperAndStopsNone() throws InterruptedException {
        moveToB();
        cluster.instance();

        cluster.zooKeeper.wipe();
        restartDaemons();
        assertThat(cluster.writable()).containsExactly("node_b");

        cluster.world.mishaps().kill("node_b", MiniCluster.PORT);
        Waiting.pause(Duration.ofSeconds(3));
        assertThat(cluster.writable()).isEmpty();
        refused(() -> cluster.control()
                .shards()
                .adopt(MiniCluster.SHARD, new ShardAdoption(B, null, MiniCluster.PORT, "app", true)));
    }

    private static void refused(Runnable order) {
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(order::run)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOPOLOGY_OUTDATED))
                .satisfies(e -> assertThat(e.hint())
                        .hasValueSatisfying(hint -> assertThat(hint).contains("bin/drover topology rebuild")));
    }
}
