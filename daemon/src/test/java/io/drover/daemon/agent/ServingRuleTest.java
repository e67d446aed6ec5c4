/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.Samples.HERE;
import static io.drover.daemon.agent.Samples.SHARD;
import static io.drover.daemon.agent.Samples.THERE;
import static io.drover.daemon.agent.Samples.record;
import static io.drover.daemon.agent.Samples.seal;
import static io.drover.daemon.agent.Samples.topology;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.drover.api.FenceEpoch;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ServingRuleTest {
    private static final InstanceRecord PRIMARY = record(Role.PRIMARY, 3);
    private static final List<ShardTopology> NOT_KNOWN = List.of();

    static Stream<Arguments> situations() {
        return Stream.of(
                arguments("serving here", PRIMARY, serving(3, HERE), true),
                arguments("serving here under an epoch that it has not stored yet", PRIMARY, serving(5, HERE), true),
                arguments("serving elsewhere", PRIMARY, serving(5, THERE), false),
                arguments("fenced here", PRIMARY, in(TopologyState.FENCED, HERE), false),
                arguments("aborting here", PRIMARY, in(TopologyState.ABORTING, HERE), false),
                arguments("promoting away", PRIMARY, in(TopologyState.PROMOTING, HERE), false),
                arguments("promoting to here", record(Role.PRIMARY, 4), in(TopologyState.PROMOTING, THERE), false),
                arguments("a state this version does not know", PRIMARY, in(TopologyState.UNKNOWN, HERE), false),
                arguments("sealed", PRIMARY.withSeal(seal(4)), serving(5, HERE), false),
                arguments("sealed, nothing known", PRIMARY.withSeal(seal(4)), NOT_KNOWN, false),
                arguments("stopped on order", PRIMARY.withStopped(true), serving(3, HERE), false),
                arguments("a standby", record(Role.STANDBY, 0), serving(3, THERE), false),
                arguments("a standby that once was the primary", record(Role.STANDBY, 3), NOT_KNOWN, false),
                arguments("demoted", record(Role.DEMOTED, 3), serving(3, HERE), false),
                arguments("demoted, nothing known", record(Role.DEMOTED, 3), NOT_KNOWN, false),
                arguments("granted, nothing known", PRIMARY, NOT_KNOWN, true),
                arguments("never granted, nothing known", record(Role.PRIMARY, 0), NOT_KNOWN, false),
                arguments("a later epoch was seen, nothing known", seen(4), NOT_KNOWN, false),
                arguments("serving here, but a later epoch was seen", seen(9), serving(5, HERE), false),
                arguments("serving elsewhere in a topology from the past", PRIMARY, serving(2, THERE), true));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("situations")
    void tellsOfAPrimaryOnlyUnderAGrant(
            String situation, InstanceRecord record, List<ShardTopology> topologies, boolean expected) {
        assertThat(ServingRule.granted(record, SHARD, HERE, topologies))
                .as(situation)
                .isEqualTo(expected);
    }

    @Test
    void anotherShardOfTheInstanceSaysNothingOfThisOne() {
        assertThat(ServingRule.granted(record(Role.PRIMARY, 0), new ShardId("shard_02"), HERE, serving(3, HERE)))
                .isFalse();
    }

    private static InstanceRecord seen(long epoch) {
        return PRIMARY.withSeen(new FenceEpoch(epoch));
    }

    private static List<ShardTopology> serving(long epoch, NodeId primary) {
        return List.of(topology(TopologyState.SERVING, epoch, primary));
    }

    private static List<ShardTopology> in(TopologyState state, NodeId primary) {
        return List.of(topology(state, 4, primary));
    }
}
