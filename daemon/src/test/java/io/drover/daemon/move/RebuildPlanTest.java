/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.InstanceMemory;
import io.drover.api.agent.Reports.MemoryReport;
import io.drover.api.agent.Reports.Role;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RebuildPlanTest {
    private static final InstanceId INSTANCE = new InstanceId("7301234567890123456");
    private static final ShardId SHARD = new ShardId("shard_01");
    private static final NodeId A = new NodeId("node_a");
    private static final NodeId B = new NodeId("node_b");

    @Test
    void namesTheOnlyNodeThatClaimsItAboveAllThatWasSeen() {
        RebuildPlan plan = plan(List.of(), memory(A, Role.STANDBY, 1, 9, null), memory(B, Role.PRIMARY, 8, 9, null));

        assertThat(plan.problems()).isEmpty();
        ShardTopology next = next(plan);
        assertThat(next.primary()).isEqualTo(new Endpoint(B, "host-of-node_b", 5433));
        assertThat(next.epoch()).isEqualTo(new FenceEpoch(9 + RebuildPlan.MARGIN));
        assertThat(next.state()).isEqualTo(TopologyState.SERVING);
        assertThat(next.move()).isNull();
        assertThat(plan.warnings()).singleElement().asString().contains("node_a");
    }

    @Test
    void goesAboveAnExportToo() {
        RebuildPlan plan = new RebuildPlan(
                List.of(memory(B, Role.PRIMARY, 9, 9, null)), List.of(), List.of(topology(21, B)), false);

        assertThat(next(plan).epoch()).isEqualTo(new FenceEpoch(21 + RebuildPlan.MARGIN));
    }

    @Test
    void leavesATopologyThatNobodyHasSeenALaterOneOf() {
        RebuildPlan plan = plan(List.of(topology(9, B)), memory(B, Role.PRIMARY, 9, 9, null));

        assertThat(plan.shards())
                .singleElement()
                .satisfies(shard -> assertThat(shard.next()).isNull());
        assertThat(plan.problems()).isEmpty();
    }

    @Test
    void refusesWhenTwoClaimIt() {
        refuses(
                "more than one",
                plan(List.of(), memory(A, Role.PRIMARY, 7, 7, null), memory(B, Role.PRIMARY, 9, 9, null)));
    }

    @Test
    void refusesWhenNobodyClaimsIt() {
        refuses("no agent", plan(List.of(), memory(A, Role.DEMOTED, 7, 9, null), memory(B, Role.STANDBY, 0, 9, null)));
    }

    /** The source of a move whose target was promoted onto a wrong timeline, for one (H28). */
    @Test
    void refusesWhenAnotherWasGrantedItLater() {
        refuses("granted", plan(List.of(), memory(A, Role.PRIMARY, 7, 8, 8L), memory(B, Role.DEMOTED, 8, 8, null)));
    }

    @Test
    void refusesWhenAnExportNamesAnotherUnderALaterEpoch() {
        refuses(
                "names node_b",
                new RebuildPlan(
                        List.of(memory(A, Role.PRIMARY, 7, 7, null)), List.of(), List.of(topology(9, B)), false));
    }

    @Test
    void opensASealedSourceOnlyWhenEveryAgentWasAsked() {
        MemoryReport sealed = memory(A, Role.PRIMARY, 7, 8, 8L);
        MemoryReport target = memory(B, Role.STANDBY, 0, 7, null);

        assertThat(next(plan(List.of(), sealed, target)).primary().node()).isEqualTo(A);
        refuses("sealed", new RebuildPlan(List.of(sealed), List.of(topology(7, A)), List.of(), true));
    }

    @Test
    void keepsCopiesForReadsAndDropsThoseOfAMove() {
        ShardTopology old = new ShardTopology(
                1,
                SHARD,
                INSTANCE,
                new FenceEpoch(5),
                TopologyState.FENCED,
                "app",
                new Endpoint(A, "host-of-node_a", 5433),
                List.of(
                        new Replica(B, "host-of-node_b", 5433, ReplicaRole.TARGET, 0),
                        new Replica(new NodeId("node_c"), "c", 5433, ReplicaRole.READ, 3)),
                null,
                null);

        RebuildPlan plan = plan(
                List.of(old),
                memory(A, Role.STANDBY, 1, 9, null),
                memory(B, Role.PRIMARY, 8, 9, null),
                memory(new NodeId("node_c"), Role.STANDBY, 0, 0, null));

        assertThat(next(plan).replicas()).extracting(Replica::role).containsExactly(ReplicaRole.READ);
    }

    private static RebuildPlan plan(List<ShardTopology> stored, MemoryReport... reports) {
        return new RebuildPlan(List.of(reports), stored, List.of(), false);
    }

    private static void refuses(String why, RebuildPlan plan) {
        assertThat(plan.problems()).singleElement().asString().contains(why);
        assertThat(plan.shards()).noneMatch(shard -> shard.next() != null);
    }

    private static ShardTopology next(RebuildPlan plan) {
        assertThat(plan.problems()).isEmpty();
        assertThat(plan.shards()).hasSize(1);
        return Objects.requireNonNull(plan.shards().get(0).next());
    }

    private static MemoryReport memory(NodeId node, Role role, long grant, long seen, @Nullable Long sealed) {
        return new MemoryReport(
                node,
                "host-of-" + node,
                List.of(new InstanceMemory(
                        INSTANCE,
                        List.of(SHARD),
                        "app",
                        5433,
                        role,
                        true,
                        role != Role.DEMOTED,
                        new FenceEpoch(grant),
                        new FenceEpoch(seen),
                        sealed == null ? null : new FenceEpoch(sealed),
                        null)));
    }

    private static ShardTopology topology(long epoch, NodeId primary) {
        return new ShardTopology(
                1,
                SHARD,
                INSTANCE,
                new FenceEpoch(epoch),
                TopologyState.SERVING,
                "app",
                new Endpoint(primary, "host-of-" + primary, 5433),
                List.of(),
                null,
                null);
    }
}
