/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TailOutcomeTest {
    private static final Optional<FenceEpoch> FENCED = Optional.of(new FenceEpoch(8));
    private static final List<String> SECOND = List.of(
            "FENCED, for at most 10000 ms",
            "more was written than the alignment of the WAL had left room for: 57 MiB of the next segment are free, and a switch would"
                    + " fill them up while clients wait; the fence is lowered after 31 ms and will be raised once more",
            "FENCED, for at most 10000 ms");
    private static final List<String> ONE = List.of("FENCED, for at most 10000 ms");

    @Test
    void tellsWhereInASecondChanceTheFaultsWereMade() {
        assertThat(missed(7, TopologyState.SERVING)).isEqualTo(TailOutcome.MISSED_FAULT_BEFORE);
        assertThat(missed(8, TopologyState.FENCED)).isEqualTo(TailOutcome.MISSED_FAULT_IN_FIRST_PAUSE);
        assertThat(missed(8, TopologyState.ABORTING)).isEqualTo(TailOutcome.MISSED_FAULT_BETWEEN);
        assertThat(missed(9, TopologyState.SERVING)).isEqualTo(TailOutcome.MISSED_FAULT_BETWEEN);
        assertThat(missed(10, TopologyState.FENCED)).isEqualTo(TailOutcome.MISSED_FAULT_IN_SECOND_PAUSE);
        assertThat(missed(10, TopologyState.PROMOTING)).isEqualTo(TailOutcome.MISSED_FAULT_IN_SECOND_PAUSE);
        assertThat(missed(11, TopologyState.SERVING)).isEqualTo(TailOutcome.MISSED_FAULT_AFTERWARDS);
    }

    @Test
    void withoutASecondFenceNothingWasMissed() {
        Optional<ShardTopology> promoting = Optional.of(topology(8, TopologyState.PROMOTING));

        assertThat(TailOutcome.of(FENCED, promoting, ONE)).isEqualTo(TailOutcome.NOT_MISSED);
        assertThat(TailOutcome.of(Optional.empty(), promoting, ONE)).isEqualTo(TailOutcome.NOT_FENCED);
    }

    @Test
    void aFaultThatWasNotMadeProvesNothingOfTheSecondChance() {
        assertThat(TailOutcome.of(FENCED, Optional.empty(), SECOND)).isEqualTo(TailOutcome.MISSED_WITHOUT_FAULT);
        assertThat(TailOutcome.UNDER_FAULT)
                .containsExactlyInAnyOrder(TailOutcome.MISSED_FAULT_BETWEEN, TailOutcome.MISSED_FAULT_IN_SECOND_PAUSE);
    }

    private static TailOutcome missed(long epoch, TopologyState state) {
        return TailOutcome.of(FENCED, Optional.of(topology(epoch, state)), SECOND);
    }

    private static ShardTopology topology(long epoch, TopologyState state) {
        return new ShardTopology(
                1,
                new ShardId("shard_01"),
                new InstanceId("7300000000000000001"),
                new FenceEpoch(epoch),
                state,
                "app",
                new ShardTopology.Endpoint(new NodeId("node_a"), "127.0.0.21", 5433),
                List.of(),
                null,
                null);
    }
}
