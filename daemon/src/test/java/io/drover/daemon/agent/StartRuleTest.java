/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.Samples.HERE;
import static io.drover.daemon.agent.Samples.THERE;
import static io.drover.daemon.agent.Samples.record;
import static io.drover.daemon.agent.Samples.seal;
import static io.drover.daemon.agent.Samples.topology;
import static io.drover.daemon.agent.StartRule.Verdict.DEMOTE;
import static io.drover.daemon.agent.StartRule.Verdict.START;
import static io.drover.daemon.agent.StartRule.Verdict.STAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.drover.api.FenceEpoch;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StartRuleTest {
    private static final Optional<List<ShardTopology>> UNREADABLE = Optional.empty();
    private static final InstanceRecord PRIMARY = record(Role.PRIMARY, 3);

    static Stream<Arguments> primaries() {
        return Stream.of(
                arguments("serving here", PRIMARY, serving(3, HERE), START),
                arguments("serving here under a newer epoch", PRIMARY, serving(5, HERE), START),
                arguments("serving here under an epoch from before the grant", PRIMARY, serving(2, HERE), STAY),
                arguments(
                        "serving here, sealed for an older epoch", PRIMARY.withSeal(seal(4)), serving(5, HERE), START),
                arguments("serving here, sealed for a later epoch", PRIMARY.withSeal(seal(4)), serving(3, HERE), STAY),
                arguments("serving here, sealed for this epoch", PRIMARY.withSeal(seal(4)), serving(4, HERE), STAY),
                arguments("serving here, but a later epoch was seen", seen(9), serving(5, HERE), STAY),
                arguments("another primary, but a later epoch was seen", seen(9), serving(5, THERE), STAY),
                arguments(
                        "promoting to here, but a later epoch was seen",
                        seen(9),
                        in(TopologyState.PROMOTING, THERE),
                        STAY),
                arguments("rebuilt under an epoch above all that was seen", seen(9), serving(19, HERE), START),
                arguments("unreadable, whatever was seen", seen(9), UNREADABLE, START),
                arguments("serving elsewhere", PRIMARY, serving(5, THERE), DEMOTE),
                arguments("another primary under an epoch from before the grant", PRIMARY, serving(3, THERE), STAY),
                arguments("fenced here", PRIMARY, in(TopologyState.FENCED, HERE), STAY),
                arguments("aborting here", PRIMARY, in(TopologyState.ABORTING, HERE), STAY),
                arguments("promoting away", PRIMARY, in(TopologyState.PROMOTING, HERE), DEMOTE),
                arguments("promoting to here", PRIMARY, in(TopologyState.PROMOTING, THERE), START),
                arguments("a state this version does not know", PRIMARY, in(TopologyState.UNKNOWN, HERE), STAY),
                arguments("no topology, never granted", record(Role.PRIMARY, 0), Optional.of(List.of()), STAY),
                arguments("unreadable, never granted", record(Role.PRIMARY, 0), UNREADABLE, STAY),
                arguments("published, not granted yet", record(Role.PRIMARY, 0), serving(1, HERE), START),
                arguments("no topology, granted before", PRIMARY, Optional.of(List.of()), STAY),
                arguments("unreadable", PRIMARY, UNREADABLE, START),
                arguments("unreadable and sealed", PRIMARY.withSeal(seal(4)), UNREADABLE, STAY),
                arguments(
                        "unreadable and sealed for the granted epoch",
                        record(Role.PRIMARY, 4).withSeal(seal(4)),
                        UNREADABLE,
                        STAY),
                arguments("one of two serving elsewhere", PRIMARY, both(serving(5, HERE), serving(5, THERE)), DEMOTE),
                arguments(
                        "one of two fenced here",
                        PRIMARY,
                        both(serving(4, HERE), in(TopologyState.FENCED, HERE)),
                        STAY),
                arguments(
                        "one of two promoting to here, the other one elsewhere",
                        PRIMARY,
                        both(in(TopologyState.PROMOTING, THERE), serving(4, THERE)),
                        DEMOTE),
                arguments("the later epoch of two was seen", seen(5), both(serving(4, HERE), serving(5, HERE)), START),
                arguments("stopped on order", PRIMARY.withStopped(true), serving(3, HERE), STAY));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("primaries")
    void startsAPrimaryOnlyUnderAGrant(
            String situation,
            InstanceRecord record,
            Optional<List<ShardTopology>> topologies,
            StartRule.Verdict expected) {
        assertThat(StartRule.decide(record, HERE, false, topologies).verdict())
                .as(situation)
                .isEqualTo(expected);
    }

    @Test
    void startsAStandbyOnlyWithItsSignalFile() {
        InstanceRecord standby = record(Role.STANDBY, 0);

        assertThat(StartRule.decide(standby, HERE, true, UNREADABLE).verdict()).isEqualTo(START);
        assertThat(StartRule.decide(standby, HERE, false, serving(3, HERE)).verdict())
                .isEqualTo(STAY);
    }

    @Test
    void neverStartsADemotedPrimary() {
        InstanceRecord demoted = record(Role.DEMOTED, 3);

        assertThat(StartRule.decide(demoted, HERE, true, serving(9, HERE)).verdict())
                .isEqualTo(STAY);
        assertThat(StartRule.decide(demoted, HERE, true, UNREADABLE).verdict()).isEqualTo(STAY);
    }

    private static InstanceRecord seen(long epoch) {
        return PRIMARY.withSeen(new FenceEpoch(epoch));
    }

    private static Optional<List<ShardTopology>> serving(long epoch, NodeId primary) {
        return Optional.of(List.of(topology(TopologyState.SERVING, epoch, primary)));
    }

    /** Of an instance that holds two shards. */
    private static Optional<List<ShardTopology>> both(
            Optional<List<ShardTopology>> one, Optional<List<ShardTopology>> other) {
        return Optional.of(Stream.of(one, other)
                .flatMap(topologies -> topologies.orElseThrow().stream())
                .toList());
    }

    private static Optional<List<ShardTopology>> in(TopologyState state, NodeId primary) {
        return Optional.of(List.of(topology(state, 4, primary)));
    }
}
