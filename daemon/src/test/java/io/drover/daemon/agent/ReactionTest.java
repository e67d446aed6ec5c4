/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.Samples.HERE;
import static io.drover.daemon.agent.Samples.THERE;
import static io.drover.daemon.agent.Samples.record;
import static io.drover.daemon.agent.Samples.seal;
import static io.drover.daemon.agent.Samples.topology;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.drover.api.FenceEpoch;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import io.drover.daemon.agent.InstanceRecord.SealRecord;
import io.drover.daemon.agent.InstanceRecord.SettingChange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReactionTest {
    private static final InstanceRecord PRIMARY = record(Role.PRIMARY, 3);
    private static final InstanceRecord STANDBY = record(Role.STANDBY, 0);
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final List<SettingChange> ARMED =
            List.of(new SettingChange("synchronous_standby_names", null, Samples.MOVE, 80));

    static Stream<Arguments> situations() {
        return Stream.of(
                arguments("within the budget", PRIMARY, TopologyState.FENCED, HERE, 2_900, Reaction.NOTHING),
                arguments("over the budget", PRIMARY, TopologyState.FENCED, HERE, 3_000, Reaction.ABANDON),
                arguments(
                        "the target of a fence over the budget",
                        STANDBY,
                        TopologyState.FENCED,
                        THERE,
                        9_000,
                        Reaction.NOTHING),
                arguments("a controller undoes", PRIMARY, TopologyState.ABORTING, HERE, 400, Reaction.NOTHING),
                arguments("nobody undoes", PRIMARY, TopologyState.ABORTING, HERE, 500, Reaction.ABANDON),
                arguments("a controller promotes", STANDBY, TopologyState.PROMOTING, THERE, 400, Reaction.NOTHING),
                arguments("nobody promotes", STANDBY, TopologyState.PROMOTING, THERE, 500, Reaction.FINISH),
                arguments(
                        "the source while the target is promoted",
                        PRIMARY,
                        TopologyState.PROMOTING,
                        HERE,
                        900,
                        Reaction.NOTHING),
                arguments(
                        "the source, not stopped by anybody",
                        PRIMARY,
                        TopologyState.PROMOTING,
                        HERE,
                        1_000,
                        Reaction.DEMOTE),
                arguments(
                        "serving, epoch known",
                        PRIMARY.withRole(Role.PRIMARY, new FenceEpoch(4)),
                        TopologyState.SERVING,
                        HERE,
                        0,
                        Reaction.NOTHING),
                arguments("serving, epoch new", PRIMARY, TopologyState.SERVING, HERE, 0, Reaction.GRANT),
                arguments(
                        "serving, still sealed",
                        PRIMARY.withSeal(seal(3)),
                        TopologyState.SERVING,
                        HERE,
                        0,
                        Reaction.UNSEAL),
                arguments(
                        "sealed for a later epoch than is seen",
                        PRIMARY.withSeal(seal(5)),
                        TopologyState.SERVING,
                        HERE,
                        0,
                        Reaction.NOTHING),
                arguments("another primary", PRIMARY, TopologyState.SERVING, THERE, 0, Reaction.DEMOTE),
                arguments(
                        "adopted here and never published, because another node serves the instance",
                        record(Role.PRIMARY, 0),
                        TopologyState.SERVING,
                        THERE,
                        99_000,
                        Reaction.NOTHING),
                arguments(
                        "a stale sight of the old primary, after the grant",
                        record(Role.PRIMARY, 4),
                        TopologyState.FENCED,
                        THERE,
                        0,
                        Reaction.NOTHING),
                arguments(
                        "demoted already", record(Role.DEMOTED, 3), TopologyState.SERVING, THERE, 0, Reaction.NOTHING),
                arguments("a standby of another primary", STANDBY, TopologyState.SERVING, THERE, 0, Reaction.NOTHING),
                arguments(
                        "a state this version does not know",
                        PRIMARY,
                        TopologyState.UNKNOWN,
                        HERE,
                        99_000,
                        Reaction.NOTHING));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("situations")
    void givesControllersTheirTurnFirst(
            String situation,
            InstanceRecord record,
            TopologyState state,
            NodeId primary,
            long millis,
            Reaction expected) {
        assertThat(Reaction.to(
                        record,
                        HERE,
                        List.of(topology(state, 4, primary)),
                        Duration.ofMillis(millis),
                        Duration.ofHours(1),
                        false,
                        NOW))
                .as(situation)
                .isEqualTo(expected);
    }

    @Test
    void waitsWhileTheShardsOfAnInstanceDisagree() {
        assertThat(Reaction.to(
                        PRIMARY,
                        HERE,
                        List.of(topology(TopologyState.FENCED, 4, HERE), topology(TopologyState.SERVING, 5, HERE)),
                        Duration.ofHours(1),
                        Duration.ofHours(1),
                        false,
                        NOW))
                .isEqualTo(Reaction.NOTHING);
    }

    /** Both write the topology, and the latter makes a primary: a clone of the node would make another one. */
    @Test
    void abandonsAFenceAndFinishesAPromotionForTheNodeOnly() {
        assertThat(Reaction.values())
                .filteredOn(Reaction::isForTheNode)
                .containsExactly(Reaction.ABANDON, Reaction.FINISH);
    }

    @Test
    void doesNothingWithoutATopology() {
        assertThat(Reaction.to(PRIMARY, HERE, List.of(), Duration.ofHours(1), Duration.ofHours(1), false, NOW))
                .isEqualTo(Reaction.NOTHING);
    }

    /** An agent that is killed in the pause and started again sees the fence for the first time. */
    @Test
    void doesNotBeginToCountAnewWhenItIsStartedAgain() {
        assertThat(justSeen(TopologyState.FENCED, sealedAt(4, NOW.minusMillis(2_900))))
                .isEqualTo(Reaction.NOTHING);
        assertThat(justSeen(TopologyState.FENCED, sealedAt(4, NOW.minusMillis(3_000))))
                .isEqualTo(Reaction.ABANDON);
        assertThat(justSeen(TopologyState.ABORTING, sealedAt(4, NOW.minusMillis(3_000))))
                .isEqualTo(Reaction.ABANDON);
    }

    @Test
    void trustsNoSealOfAnotherEpochAndNoClockThatWasSetBack() {
        assertThat(justSeen(TopologyState.FENCED, sealedAt(2, NOW.minusSeconds(60))))
                .isEqualTo(Reaction.NOTHING);
        assertThat(justSeen(TopologyState.FENCED, sealedAt(4, NOW.plusSeconds(60))))
                .isEqualTo(Reaction.NOTHING);
        assertThat(justSeen(TopologyState.FENCED, sealedAt(4, null))).isEqualTo(Reaction.NOTHING);
    }

    @Test
    void neverLowersAFenceNorPromotesOnANodeThatWasDemoted() {
        InstanceRecord demoted = record(Role.DEMOTED, 4).withSeal(seal(4));

        for (TopologyState state : TopologyState.values()) {
            for (NodeId primary : List.of(HERE, THERE)) {
                assertThat(Reaction.to(
                                demoted,
                                HERE,
                                List.of(topology(state, 4, primary)),
                                Duration.ofHours(1),
                                Duration.ofHours(1),
                                false,
                                NOW))
                        .as("%s on %s", state, primary)
                        .isEqualTo(Reaction.NOTHING);
            }
        }
    }

    private static InstanceRecord sealedAt(long epoch, @Nullable Instant since) {
        return PRIMARY.withSeal(new SealRecord(new FenceEpoch(epoch), Samples.MOVE, 4711, null, 1, 0, null, since));
    }

    private static Reaction justSeen(TopologyState state, InstanceRecord record) {
        return Reaction.to(
                record, HERE, List.of(topology(state, 4, HERE)), Duration.ZERO, Duration.ofHours(1), false, NOW);
    }

    @Test
    void takesTheGuardBackWhenNoVerbComesAnyMore() {
        InstanceRecord armed = record(Role.PRIMARY, 4).withSettings(ARMED);

        assertThat(toServing(armed, 29_900)).isEqualTo(Reaction.NOTHING);
        assertThat(toServing(armed, 30_000)).isEqualTo(Reaction.DISARM);
        assertThat(toServing(record(Role.PRIMARY, 4), 30_000)).isEqualTo(Reaction.NOTHING);
    }

    /** H18, F20: a target that stalls without a word, whether or not a controller goes on with the move. */
    @Test
    void takesTheGuardBackAtOnceWhenACommitHangs() {
        InstanceRecord armed = record(Role.PRIMARY, 4).withSettings(ARMED);

        assertThat(hanging(armed, TopologyState.SERVING)).isEqualTo(Reaction.DISARM);
        assertThat(hanging(record(Role.PRIMARY, 4), TopologyState.SERVING)).isEqualTo(Reaction.NOTHING);
        assertThat(hanging(armed.withSeal(seal(5)), TopologyState.SERVING)).isEqualTo(Reaction.NOTHING);
        assertThat(hanging(armed.withRole(Role.DEMOTED), TopologyState.SERVING)).isEqualTo(Reaction.NOTHING);
        for (TopologyState state : List.of(TopologyState.FENCED, TopologyState.ABORTING, TopologyState.PROMOTING)) {
            assertThat(hanging(armed, state)).as("%s", state).isEqualTo(Reaction.NOTHING);
        }
    }

    private static Reaction hanging(InstanceRecord record, TopologyState state) {
        return Reaction.to(record, HERE, List.of(topology(state, 4, HERE)), Duration.ZERO, Duration.ZERO, true, NOW);
    }

    /** H39: neither a running primary is stopped nor a fence lowered because of a topology from the past. */
    @Test
    void doesNothingBecauseOfATopologyFromThePast() {
        InstanceRecord knowing = PRIMARY.withSeen(new FenceEpoch(9));

        for (TopologyState state : TopologyState.values()) {
            for (NodeId primary : List.of(HERE, THERE)) {
                assertThat(Reaction.to(
                                knowing,
                                HERE,
                                List.of(topology(state, 5, primary)),
                                Duration.ofHours(1),
                                Duration.ofHours(1),
                                false,
                                NOW))
                        .as("%s on %s", state, primary)
                        .isEqualTo(Reaction.NOTHING);
            }
        }
    }

    @Test
    void takesTheGuardBackWithoutZooKeeperToo() {
        assertThat(Reaction.to(
                        record(Role.PRIMARY, 4).withSettings(ARMED),
                        HERE,
                        List.of(),
                        Duration.ZERO,
                        Duration.ofSeconds(30),
                        false,
                        NOW))
                .isEqualTo(Reaction.DISARM);
    }

    @Test
    void leavesTheGuardOfASealedSourceAndOfAnOldPrimary() {
        assertThat(toServing(record(Role.PRIMARY, 4).withSettings(ARMED).withSeal(seal(5)), 30_000))
                .isEqualTo(Reaction.NOTHING);
        assertThat(toServing(record(Role.DEMOTED, 4).withSettings(ARMED), 30_000))
                .isEqualTo(Reaction.NOTHING);
    }

    private static Reaction toServing(InstanceRecord record, long quietMillis) {
        return Reaction.to(
                record,
                HERE,
                List.of(topology(TopologyState.SERVING, 4, HERE)),
                Duration.ofHours(1),
                Duration.ofMillis(quietMillis),
                false,
                NOW);
    }
}
