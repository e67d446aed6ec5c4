/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.C;
import static io.drover.daemon.move.Moved.SHARD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.fault.FaultPoints;
import io.drover.daemon.move.FakeWorld.Moment;
import io.drover.replication.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Adoption beside moves, with agents in memory and a real ZooKeeper server. */
@Timeout(60)
class ShardsTest {
    private static final ShardId SECOND = new ShardId("shard_02");
    private static final ShardId SIBLING = new ShardId("shard_03");
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

    private static ShardAdoption adoption(String dataDir) {
        return new ShardAdoption(A, dataDir, Moved.ON_A.port(), "app", null);
    }

    private void assertRefused(ErrorCode code, ShardId shard, ShardAdoption adoption) {
        assertThatThrownBy(() -> desk.shards.adopt(shard, adoption))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void adoptsASecondShardOfAnInstanceThatNoMoveHolds() {
        assertThat(desk.shards.adopt(SECOND, adoption(FakeWorld.DATA)).instance())
                .isEqualTo(Moved.INSTANCE);
        assertThat(desk.shards.shards()).hasSize(2);
    }

    /** By the directory, by the port alone, as a standby, and for a shard that exists: all of the instance's, and nothing is done before. */
    @ParameterizedTest
    @CsvSource({
        "shard_02, node_a, /data, 5433",
        "shard_02, node_a, /elsewhere, 5433",
        "shard_02, node_a, /data, 1111",
        "shard_02, node_c, /elsewhere, 5433",
        "shard_01, node_c, /data, 5433",
        "shard_01, node_a, /data, 5433"
    })
    void whoMayNotDoThatToEveryShardOfTheInstanceHasChangedNothing(ShardId id, NodeId node, String dataDir, int port) {
        desk.world.addStandbyOnC();
        desk.adoptQuietly(SIBLING);
        List<String> verbs = new ArrayList<>();
        desk.world.hook = (verb, moment) -> verbs.add(verb);
        List<ShardTopology> before = desk.shards.shards();

        assertThatThrownBy(() -> desk.shards.adopt(
                        id, new ShardAdoption(node, dataDir, port, "app", null), ShardsTest::mayNotTouchTheSibling))
                .hasMessage("no: [shard_01" + (id.equals(SECOND) ? ", shard_02" : "") + ", shard_03]");

        assertThat(verbs).isEmpty();
        assertThat(desk.shards.shards()).isEqualTo(before);
    }

    /** The agent has been asked by then; others see nothing of it. */
    @Test
    void whatTurnsOutToBeAnothersInstanceIsNotPublished() {
        desk.world.hideInstances();

        assertThatThrownBy(() ->
                        desk.shards.adopt(SECOND, new ShardAdoption(A, "/elsewhere", 1111, "app", null), concerned -> {
                            if (concerned.contains(SHARD)) {
                                throw new IllegalArgumentException("no: " + concerned);
                            }
                        }))
                .hasMessage("no: [shard_01, shard_02]");

        assertThat(desk.shards.shards()).extracting(ShardTopology::shard).containsExactly(SHARD);
    }

    private static void mayNotTouchTheSibling(List<ShardId> concerned) {
        if (concerned.contains(SIBLING)) {
            throw new IllegalArgumentException("no: " + concerned);
        }
    }

    /** They are fenced together, in one transaction, and every standby has all of them. */
    @Test
    void aFurtherShardBeginsWhereTheOthersOfItsInstanceAre() {
        desk.serveAt(SHARD, new FenceEpoch(7), List.of(new Replica(C, "127.0.0.23", 5433, ReplicaRole.READ, 3)));

        ShardTopology second = desk.shards.adopt(SECOND, adoption(FakeWorld.DATA));

        assertThat(second.epoch()).isEqualTo(new FenceEpoch(7));
        assertThat(second.replicas()).isEqualTo(desk.shards.shard(SHARD).replicas());
    }

    @Test
    void publishesNoShardOfAnInstanceThatAnotherNodeServes() {
        desk.world.addStandbyOnC();
        assertThatThrownBy(() ->
                        desk.shards.adopt(SECOND, new ShardAdoption(C, FakeWorld.DATA, Moved.ON_C.port(), "app", null)))
                .isInstanceOfSatisfying(DroverException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.ALREADY_EXISTS);
                    assertThat(e).hasMessageContaining("is served by node_a, as shard shard_01");
                });
        assertThat(desk.shards.shards()).extracting(ShardTopology::shard).containsExactly(SHARD);
    }

    @Test
    void adoptsNoShardOfAnInstanceThatAMoveHolds() {
        List<String> verbs = new ArrayList<>();
        desk.world.hook = (verb, moment) -> verbs.add(verb);
        desk.lock(MOVE);

        assertThatThrownBy(() -> desk.shards.adopt(SECOND, adoption(FakeWorld.DATA)))
                .isInstanceOfSatisfying(DroverException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.SHARD_BUSY);
                    assertThat(e.moveId()).contains(MOVE);
                });
        assertThat(verbs).isEmpty();
    }

    @Test
    void publishesNoShardOfAnInstanceThatAMoveTookMeanwhile() {
        desk.world.hook = (verb, moment) -> {
            if (moment == Moment.AFTER) {
                desk.lock(MOVE);
            }
        };

        assertRefused(ErrorCode.SHARD_BUSY, SECOND, adoption(FakeWorld.DATA));
        assertThat(desk.shards.shards()).hasSize(1);
    }

    @Test
    void undoesAMoveThatKnowsOnlyAPartOfTheShardsOfItsInstance() {
        desk.world.onChecks = () -> {
            desk.world.onChecks = () -> {};
            desk.adoptQuietly(SECOND);
        };
        Move move = desk.moves.create(Moved.request(), Optional.empty());

        assertThat(Waiting.until(LIMIT, POLL, () -> desk.stateOf(move.id()) == MoveState.ABORTED))
                .isTrue();
        assertThat(desk.moves.get(move.id()).error().detail()).contains("shard_02");
    }

    /** What the page of fault points promises: the caller repeats the order, or finds it done. */
    @ParameterizedTest
    @ValueSource(strings = {"shard/adopt-standby/before", "shard/adopt-standby/after"})
    void aControllerThatDiesWhileItAdoptsAStandbyLeavesItUnadoptedOrAdopted(String point) throws Exception {
        desk.world.addStandbyOnC();
        ShardAdoption standby = new ShardAdoption(C, FakeWorld.DATA, Moved.ON_C.port(), "app", null);

        AutoCloseable armed = dieAt(point);
        try {
            assertRefused(ErrorCode.LEADERSHIP_LOST, SHARD, standby);
        } finally {
            armed.close();
        }

        boolean before = point.endsWith("/before");
        assertThat(desk.shards.shard(SHARD).replicas()).hasSize(before ? 0 : 1);
        ShardTopology adopted = desk.shards.adopt(SHARD, standby);
        assertThat(adopted.replicas())
                .extracting(ShardTopology.Replica::node, ShardTopology.Replica::role)
                .containsExactly(tuple(C, ReplicaRole.READ));
        assertThat(desk.shards.adopt(SHARD, standby)).as("a repeat").isEqualTo(adopted);
    }

    private static AutoCloseable dieAt(String point) {
        return FaultPoints.arm(reached -> {
            if (reached.toString().equals(point)) {
                throw MoveDriverTest.failure(ErrorCode.LEADERSHIP_LOST, point);
            }
        });
    }

    @Test
    void aRepeatedAdoptionIsTheSameOnlyInTheSameDirectory() {
        assertThat(desk.shards.adopt(SHARD, adoption(FakeWorld.DATA)).shard()).isEqualTo(SHARD);
        assertRefused(ErrorCode.ALREADY_EXISTS, SHARD, adoption("/elsewhere"));
    }
}
