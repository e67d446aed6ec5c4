/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.Samples.HERE;
import static io.drover.daemon.agent.Samples.MOVE;
import static io.drover.daemon.agent.Samples.OTHER_MOVE;
import static io.drover.daemon.agent.Samples.THERE;
import static io.drover.daemon.agent.Samples.record;
import static io.drover.daemon.agent.Samples.seal;
import static io.drover.daemon.agent.Samples.token;
import static io.drover.daemon.agent.Samples.topology;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.drover.api.FenceEpoch;
import io.drover.api.Lsn;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Reports.Standstill;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.agent.SessionMark;
import io.drover.api.agent.Verb;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VerbFitTest {
    private static final Lsn LSN = new Lsn(16);
    private static final Verb<?> SEAL = new Verb.Seal(new FenceEpoch(4), "slot");
    private static final Verb<?> STOP = new Verb.Stop(StopMode.IMMEDIATE);
    private static final Verb<?> HALT = new Verb.HaltAndReadTail(1, LSN);
    private static final Verb<?> REJOIN = new Verb.Rejoin("h", 1, "s", "a", false, LSN);
    private static final Verb<?> FOLLOW_TARGET = new Verb.Follow("127.0.0.22", 5433, "s", "a", false);
    private static final Verb<?> END_SESSIONS = new Verb.EndSessions(List.of(new SessionMark(1, 1, 1)));
    private static final InstanceRecord OPEN = record(Role.PRIMARY, 3);
    private static final InstanceRecord SEALED = OPEN.withSeal(seal(4).completed(LSN, 1, 1, Standstill.HELD));

    static Stream<Arguments> states() {
        return Stream.of(
                arguments(SEAL, HERE, OPEN, EnumSet.of(TopologyState.FENCED)),
                arguments(SEAL, THERE, OPEN, none()),
                arguments(new Verb.Unseal(), HERE, SEALED, EnumSet.of(TopologyState.ABORTING)),
                arguments(new Verb.Unseal(), HERE, OPEN, EnumSet.of(TopologyState.ABORTING, TopologyState.SERVING)),
                arguments(new Verb.Unseal(), THERE, SEALED, none()),
                arguments(new Verb.Promote(1, LSN), THERE, OPEN, EnumSet.of(TopologyState.PROMOTING)),
                arguments(new Verb.Promote(1, LSN), HERE, OPEN, EnumSet.of(TopologyState.SERVING)),
                arguments(new Verb.Publish(), THERE, OPEN, EnumSet.of(TopologyState.PROMOTING)),
                arguments(STOP, HERE, OPEN, EnumSet.of(TopologyState.PROMOTING)),
                arguments(STOP, HERE, SEALED, EnumSet.of(TopologyState.FENCED, TopologyState.PROMOTING)),
                arguments(STOP, THERE, OPEN, EnumSet.complementOf(EnumSet.of(TopologyState.PROMOTING))),
                arguments(HALT, HERE, OPEN, none()),
                arguments(HALT, HERE, SEALED, EnumSet.of(TopologyState.FENCED)),
                arguments(HALT, THERE, SEALED, none()),
                arguments(new Verb.SetAside(), HERE, OPEN, none()),
                arguments(new Verb.SetAside(), THERE, OPEN, EnumSet.complementOf(EnumSet.of(TopologyState.PROMOTING))),
                arguments(FOLLOW_TARGET, THERE, OPEN, none()),
                arguments(END_SESSIONS, HERE, OPEN, EnumSet.of(TopologyState.SERVING)),
                arguments(END_SESSIONS, THERE, OPEN, none()),
                arguments(REJOIN, HERE, OPEN, none()),
                arguments(REJOIN, THERE, OPEN, EnumSet.of(TopologyState.SERVING)));
    }

    @ParameterizedTest(name = "{0} with the primary on {1} fits {3}")
    @MethodSource("states")
    void fitsOnlyItsStates(Verb<?> verb, NodeId primary, InstanceRecord record, Set<TopologyState> fitting) {
        for (TopologyState state : TopologyState.values()) {
            assertThat(fits(verb, primary, record, state, MOVE))
                    .as("%s while %s", verb.path(), state)
                    .isEqualTo(fitting.contains(state));
        }
    }

    @Test
    void refusesASealForAnotherEpoch() {
        assertThat(fits(new Verb.Seal(new FenceEpoch(5), "slot"), HERE, OPEN, TopologyState.FENCED, MOVE))
                .isFalse();
    }

    @Test
    void refusesAnotherMove() {
        assertThat(fits(SEAL, HERE, OPEN, TopologyState.FENCED, OTHER_MOVE)).isFalse();
        assertThat(fits(new Verb.Promote(1, LSN), THERE, OPEN, TopologyState.PROMOTING, OTHER_MOVE))
                .isFalse();
        assertThat(fits(new Verb.Unseal(), HERE, SEALED, TopologyState.ABORTING, OTHER_MOVE))
                .isFalse();
        assertThat(fits(STOP, HERE, SEALED, TopologyState.FENCED, OTHER_MOVE)).isFalse();
        assertThat(fits(HALT, HERE, SEALED, TopologyState.FENCED, OTHER_MOVE)).isFalse();
        assertThat(fits(END_SESSIONS, HERE, OPEN, TopologyState.SERVING, OTHER_MOVE))
                .isFalse();
    }

    @Test
    void refusesWhatFitsATopologyFromThePast() {
        InstanceRecord knowing = OPEN.withSeen(new FenceEpoch(9));

        assertThat(VerbFit.refusal(SEAL, token(1, 1), HERE, knowing, List.of(topology(TopologyState.FENCED, 4, HERE))))
                .hasValueSatisfying(why -> assertThat(why).contains("old snapshot"));
    }

    @Test
    void refusesEverythingWithoutATopology() {
        assertThat(VerbFit.refusal(STOP, token(1, 1), HERE, OPEN, List.of())).isPresent();
    }

    @Test
    void hasARuleForEachDangerousVerb() {
        for (TopologyState state : TopologyState.values()) {
            Stream.of(
                            SEAL,
                            STOP,
                            HALT,
                            REJOIN,
                            FOLLOW_TARGET,
                            END_SESSIONS,
                            new Verb.Unseal(),
                            new Verb.Promote(1, LSN),
                            new Verb.Publish(),
                            new Verb.SetAside())
                    .forEach(verb -> {
                        assertThat(verb.dangerous()).isTrue();
                        assertThat(VerbFit.refusal(verb, token(1, 1), HERE, OPEN, List.of(topology(state, 4, HERE)))
                                        .orElse(""))
                                .doesNotContain("BUG");
                    });
        }
    }

    private static Set<TopologyState> none() {
        return EnumSet.noneOf(TopologyState.class);
    }

    private static boolean fits(Verb<?> verb, NodeId primary, InstanceRecord record, TopologyState state, MoveId move) {
        return VerbFit.refusal(verb, token(1, 1, move), HERE, record, List.of(topology(state, 4, primary)))
                .isEmpty();
    }
}
