/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.TopologyState;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FenceTransitionsTest {
    private static final MoveId MOVE = new MoveId("0a1b2c3d-move");
    private static final MoveId OTHER_MOVE = new MoveId("ffffffff-move");
    private static final Instant SINCE = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration BUDGET = Duration.ofSeconds(2);
    private static final Endpoint SOURCE = new Endpoint(new NodeId("node_a"), "127.0.0.21", 5433);
    private static final Replica TARGET = replica("node_b", ReplicaRole.TARGET, 0);
    private static final Replica READER = replica("node_c", ReplicaRole.READ, 10);

    private static final ShardTopology FRESH = new ShardTopology(
            1,
            new ShardId("shard_01"),
            new InstanceId("7"),
            new FenceEpoch(7),
            TopologyState.SERVING,
            "app",
            SOURCE,
            List.of(READER),
            null,
            null);
    private static final ShardTopology READY = FenceTransitions.withTarget(FRESH, TARGET, MOVE);
    private static final ShardTopology FENCED = FenceTransitions.fence(READY, MOVE, SINCE, BUDGET);

    private static Replica replica(String node, ReplicaRole role, int weight) {
        return new Replica(new NodeId(node), node + ".example", 5433, role, weight);
    }

    @Test
    void fencingRaisesTheEpochAndKeepsThePrimary() {
        assertThat(FENCED.state()).isEqualTo(TopologyState.FENCED);
        assertThat(FENCED.epoch()).isEqualTo(new FenceEpoch(8));
        assertThat(FENCED.primary()).isEqualTo(SOURCE);
        assertThat(FENCED.move()).isEqualTo(MOVE);
        assertThat(FENCED.fence()).isEqualTo(new ShardTopology.Fence(SINCE, 2000));
    }

    @Test
    void servingOnTheTargetKeepsTheOldPrimaryAsRollbackReplicaWithoutReads() {
        ShardTopology serving = FenceTransitions.serve(FenceTransitions.promote(FENCED));

        assertThat(serving.state()).isEqualTo(TopologyState.SERVING);
        assertThat(serving.epoch()).isEqualTo(new FenceEpoch(9));
        assertThat(serving.primary()).isEqualTo(TARGET.endpoint());
        assertThat(serving.replicas())
                .containsExactlyInAnyOrder(
                        READER, new Replica(SOURCE.node(), SOURCE.host(), SOURCE.port(), ReplicaRole.ROLLBACK, 0));
        assertThat(serving.fence()).isNull();
        assertThat(serving.move()).isEqualTo(MOVE);
    }

    @Test
    void promotingNeitherRaisesTheEpochNorChangesThePrimary() {
        ShardTopology promoting = FenceTransitions.promote(FENCED);

        assertThat(promoting.state()).isEqualTo(TopologyState.PROMOTING);
        assertThat(promoting.epoch()).isEqualTo(FENCED.epoch());
        assertThat(promoting.primary()).isEqualTo(SOURCE);
    }

    @Test
    void abortedMoveServesOnTheSourceAtAHigherEpochAndKeepsItsTarget() {
        ShardTopology aborting = FenceTransitions.abort(FENCED);
        ShardTopology reopened = FenceTransitions.reopen(aborting);

        assertThat(aborting.epoch()).isEqualTo(FENCED.epoch());
        assertThat(reopened.epoch()).isEqualTo(new FenceEpoch(9));
        assertThat(reopened.primary()).isEqualTo(SOURCE);
        assertThat(reopened.move()).isEqualTo(MOVE);
        assertThat(reopened.fence()).isNull();
        assertThat(FenceTransitions.target(reopened)).contains(TARGET);
    }

    @Test
    void rollbackReplicaBecomesTheTargetOfTheWayBackAndCanBeGivenBack() {
        ShardTopology baking = FenceTransitions.serve(FenceTransitions.promote(FENCED));
        ShardTopology returning = FenceTransitions.rollbackAsTarget(baking, MOVE);

        assertThat(FenceTransitions.target(returning).orElseThrow().node()).isEqualTo(SOURCE.node());
        assertThat(FenceTransitions.targetAsRollback(returning).replicas())
                .containsExactlyInAnyOrderElementsOf(baking.replicas());
    }

    @Test
    void releasingLeavesOnlyReadReplicas() {
        ShardTopology released = FenceTransitions.release(FenceTransitions.serve(FenceTransitions.promote(FENCED)));

        assertThat(released.move()).isNull();
        assertThat(released.replicas()).containsExactly(READER);
        assertThat(released.epoch()).isEqualTo(new FenceEpoch(9));
    }

    @Test
    void namingTheSameTargetTwiceChangesNothing() {
        assertThat(FenceTransitions.withTarget(READY, TARGET, MOVE)).isEqualTo(READY);
        assertThat(FenceTransitions.reserve(READY, MOVE)).isEqualTo(READY);
    }

    @Test
    void targetCanBeTakenOutWhileTheMoveKeepsTheShard() {
        ShardTopology without = FenceTransitions.withoutTarget(READY);

        assertThat(without.replicas()).containsExactly(READER);
        assertThat(without.move()).isEqualTo(MOVE);
        assertThat(FenceTransitions.withoutTarget(without)).isEqualTo(without);
    }

    @Test
    void readWeightChangesAtTheSameEpoch() {
        ShardTopology shifted = FenceTransitions.withReadWeight(READY, TARGET.node(), 50);

        assertThat(shifted.epoch()).isEqualTo(READY.epoch());
        assertThat(FenceTransitions.target(shifted).orElseThrow().readWeight()).isEqualTo(50);
        assertConflict(() -> FenceTransitions.withReadWeight(READY, TARGET.node(), -1), "negative");
        assertConflict(() -> FenceTransitions.withReadWeight(READY, new NodeId("node_z"), 1), "no replica there");
    }

    @Test
    void refusalNamesShardAndBothStates() {
        assertConflict(() -> FenceTransitions.serve(FENCED), "shard_01", "from FENCED to SERVING", "PROMOTING");
        assertConflict(() -> FenceTransitions.fence(FENCED, MOVE, SINCE, BUDGET), "from FENCED to FENCED");
        assertConflict(() -> FenceTransitions.abort(READY), "from SERVING to ABORTING");
        assertConflict(() -> FenceTransitions.reopen(FENCED), "from FENCED to SERVING");
        assertConflict(() -> FenceTransitions.promote(READY), "from SERVING to PROMOTING");
    }

    @Test
    void pointOfNoReturnCannotBeAborted() {
        ShardTopology promoting = FenceTransitions.promote(FENCED);

        assertConflict(() -> FenceTransitions.abort(promoting), "from PROMOTING to ABORTING");
        assertConflict(() -> FenceTransitions.reopen(promoting), "from PROMOTING to SERVING");
    }

    @Test
    void anotherMoveIsRefused() {
        assertConflict(() -> FenceTransitions.fence(READY, OTHER_MOVE, SINCE, BUDGET), "0a1b2c3d-move holds it");
        assertConflict(() -> FenceTransitions.withTarget(READY, TARGET, OTHER_MOVE), "0a1b2c3d-move holds it");
        assertConflict(() -> FenceTransitions.reserve(READY, OTHER_MOVE), "0a1b2c3d-move holds it");
    }

    @Test
    void fenceNeedsOneTargetAndAPositiveBudget() {
        assertConflict(() -> FenceTransitions.fence(FRESH, MOVE, SINCE, BUDGET), "0 replicas in the role TARGET");
        assertConflict(() -> FenceTransitions.fence(READY, MOVE, SINCE, Duration.ZERO), "not positive");
    }

    @Test
    void primaryAndSecondTargetAreNoTargets() {
        Replica primary = new Replica(SOURCE.node(), SOURCE.host(), SOURCE.port(), ReplicaRole.TARGET, 0);

        assertConflict(() -> FenceTransitions.withTarget(FRESH, primary, MOVE), "is its primary");
        assertConflict(
                () -> FenceTransitions.withTarget(READY, replica("node_d", ReplicaRole.TARGET, 0), MOVE),
                "target node_b already");
        assertConflict(() -> FenceTransitions.withTarget(FRESH, READER, MOVE), "role is READ");
    }

    @Test
    void membersOfAMoveAreNotChangedWhileWritesAreHeld() {
        assertConflict(() -> FenceTransitions.withoutTarget(FENCED), "not SERVING");
        assertConflict(() -> FenceTransitions.release(FENCED), "not SERVING");
        assertConflict(() -> FenceTransitions.withReadWeight(FENCED, TARGET.node(), 1), "not SERVING");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void noWalkBreaksTheRulesOfTheEpoch(long seed) {
        List<UnaryOperator<ShardTopology>> steps = List.of(
                t -> FenceTransitions.reserve(t, MOVE),
                t -> FenceTransitions.withTarget(t, TARGET, MOVE),
                t -> FenceTransitions.withTarget(t, replica("node_a", ReplicaRole.TARGET, 0), MOVE),
                t -> FenceTransitions.withTarget(t, replica("node_d", ReplicaRole.TARGET, 0), MOVE),
                t -> FenceTransitions.rollbackAsTarget(t, MOVE),
                FenceTransitions::targetAsRollback,
                FenceTransitions::withoutTarget,
                FenceTransitions::release,
                t -> FenceTransitions.fence(t, MOVE, SINCE, BUDGET),
                FenceTransitions::abort,
                FenceTransitions::reopen,
                FenceTransitions::promote,
                FenceTransitions::serve);
        Random random = new Random(seed);
        Set<TopologyState> seen = EnumSet.noneOf(TopologyState.class);
        ShardTopology before = FRESH;
        for (int i = 0; i < 3_000; i++) {
            ShardTopology after;
            try {
                after = steps.get(random.nextInt(steps.size())).apply(before);
            } catch (DroverException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.STATE_CONFLICT);
                continue;
            }
            assertRules(before, after);
            seen.add(after.state());
            before = after;
        }
        assertThat(seen).hasSize(4);
        assertThat(before.epoch().value()).isGreaterThan(30);
    }

    private static void assertRules(ShardTopology before, ShardTopology after) {
        boolean entered = before.state() != after.state()
                && (after.state() == TopologyState.FENCED || after.state() == TopologyState.SERVING);
        assertThat(after.epoch()).isEqualTo(entered ? before.epoch().next() : before.epoch());
        if (before.state() != TopologyState.PROMOTING) {
            assertThat(after.primary()).isEqualTo(before.primary());
        }
        assertThat(after.replicas())
                .noneMatch(r -> r.node().equals(after.primary().node()));
        assertThat(after.replicas().stream().map(Replica::node)).doesNotHaveDuplicates();
        assertThat(after.replicas()).contains(READER);
        assertThat(after.fence() == null).isEqualTo(after.state() == TopologyState.SERVING);
    }

    private static void assertConflict(Runnable refused, String... fragments) {
        assertThatThrownBy(refused::run).isInstanceOfSatisfying(DroverException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.STATE_CONFLICT);
            assertThat(e.getMessage()).contains(fragments);
        });
    }

    @Test
    void aStandbyIsListedForReadsOnceAndTakenOutAgain() {
        Endpoint standby = new Endpoint(new NodeId("node_d"), "127.0.0.24", 5433);

        ShardTopology listed = FenceTransitions.withReader(FRESH, standby, null);

        assertThat(FenceTransitions.readers(listed)).containsExactly(READER.endpoint(), standby);
        assertThat(FenceTransitions.withReader(listed, standby, null)).isEqualTo(listed);
        assertThat(FenceTransitions.withoutReader(listed, standby.node())).isEqualTo(FRESH);
        assertThat(FenceTransitions.withoutReader(FRESH, standby.node())).isEqualTo(FRESH);
        assertThat(FenceTransitions.withoutReader(READY, TARGET.node())).isEqualTo(READY);
        assertThat(FenceTransitions.release(READY)).isEqualTo(FRESH);
    }

    @Test
    void aStandbyIsNotListedWhereTheShardHasSomethingElseOrForAnotherMove() {
        Endpoint standby = new Endpoint(new NodeId("node_d"), "127.0.0.24", 5433);

        assertThat(FenceTransitions.readers(FenceTransitions.withReader(READY, standby, MOVE)))
                .contains(standby);
        assertConflict(() -> FenceTransitions.withReader(READY, standby, null), "holds it");
        assertConflict(() -> FenceTransitions.withReader(READY, standby, OTHER_MOVE), "holds it");
        assertConflict(() -> FenceTransitions.withReader(FRESH, SOURCE, null), "is its primary");
        assertConflict(() -> FenceTransitions.withReader(READY, TARGET.endpoint(), MOVE), "replica TARGET");
        assertConflict(() -> FenceTransitions.withReader(FENCED, standby, MOVE), "in state FENCED");
        assertConflict(() -> FenceTransitions.withoutReader(FENCED, READER.node()), "in state FENCED");
    }
}
