/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveState;
import io.drover.api.Problem;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Walks every way into NEEDS_OPERATOR: each row behind the point of no return with each code, and the undo of each row before it. */
class OperatorAdviceTest {
    private static final MoveIdentity IDENTITY = Moved.identity();
    private static final Pattern ORDER = Pattern.compile("bin/drover ([a-z]+) " + IDENTITY.id() + "( --end-bake)?");
    private static final Pattern ANY_ID = Pattern.compile("bin/drover ([a-z]+) [a-z0-9]{8}-[a-z0-9-]+( --end-bake)?");

    static Stream<MoveRecord> ways() {
        List<MoveRecord> ways = new ArrayList<>();
        for (boolean back : new boolean[] {false, true}) {
            for (MoveStep step : MoveSteps.TABLE) {
                if (step.number() >= MoveSteps.PROMOTE && !(back && step.number() == MoveSteps.BAKE)) {
                    for (ErrorCode code : ErrorCode.values()) {
                        ways.add(stuck(back, step, code));
                    }
                } else if (!back && step.number() < MoveSteps.PROMOTE || step.number() >= MoveSteps.ARM) {
                    ways.add(stuckInUndo(back, step));
                }
            }
        }
        return ways.stream();
    }

    private static MoveRecord start(boolean back) {
        MoveRecord record = MoveRecord.of(IDENTITY);
        return back ? record.withBack(MoveLeg.EMPTY) : record;
    }

    private static MoveRecord stuck(boolean back, MoveStep at, ErrorCode code) {
        MoveRecord record = start(back);
        for (MoveStep step : MoveSteps.rows(record)) {
            if (step.number() < at.number()) {
                record = record.withLeg(record.leg().finish(step.number()));
            }
        }
        record = record.withLeg(
                record.leg().begin(MoveSteps.PROMOTE).begin(MoveSteps.PUBLISH).begin(at.number()));
        return needsOperator(record, at, new DroverException(code, "it failed", "the cause's own hint"));
    }

    private static MoveRecord stuckInUndo(boolean back, MoveStep at) {
        MoveRecord record = start(back);
        for (MoveStep step : MoveSteps.rows(record)) {
            if (step.number() <= at.number()) {
                record = record.withLeg(record.leg().begin(step.number()));
            }
        }
        return needsOperator(
                record, at, new DroverException(ErrorCode.OPERATOR_NEEDED, "the move could not be undone"));
    }

    private static MoveRecord needsOperator(MoveRecord record, MoveStep at, DroverException e) {
        MoveRecord marked = record.withStep(
                new StepMark(at.number(), at.name(), Clock.systemUTC().instant()));
        return OperatorAdvice.on(marked.withState(MoveState.NEEDS_OPERATOR)
                .withError(Problem.of(e.at(record.identity().id(), at.number()))));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void namesWhoServesAndOnlyOrdersThatAreTaken(MoveRecord record) {
        String advice =
                Objects.requireNonNull(Objects.requireNonNull(record.error()).hint());

        assertThat(advice).containsPattern(Pattern.compile("nobody serves|serves\\.|has the shard"));
        assertThat(ANY_ID.matcher(advice).results()).isNotEmpty().allSatisfy(named -> {
            assertThat(named.group()).matches(ORDER);
            MoveOrders orders = new MoveOrders(Clock.systemUTC());
            assertThatNoException().isThrownBy(() -> {
                switch (named.group(1)) {
                    case "resume" -> orders.resume(record);
                    case "complete" -> orders.complete(record, named.group(2) != null);
                    default -> throw new AssertionError("not an order of this state: " + named.group());
                }
            });
        });
    }

    /** The record does not know what the target's agent has done since. */
    @ParameterizedTest
    @MethodSource("ways")
    void claimsThatNobodyServesOnlyOfATargetThatWasStopped(MoveRecord record) {
        String advice =
                Objects.requireNonNull(Objects.requireNonNull(record.error()).hint());
        boolean stopped = ErrorCode.WRONG_TIMELINE
                .name()
                .equals(Objects.requireNonNull(record.error()).code());

        if (!stopped && advice.contains("nobody serves")) {
            assertThat(advice).contains("may serve by now", "bin/drover shards").doesNotStartWith("nobody serves");
        }
    }

    /** What could make a second writer is spoken of only to forbid it. */
    @ParameterizedTest
    @MethodSource("ways")
    void tellsNobodyToOpenTheSource(MoveRecord record) {
        String advice =
                Objects.requireNonNull(Objects.requireNonNull(record.error()).hint());

        assertThat(advice).doesNotContain("pg_ctl", "pg_promote", "standby.signal", "rm ");
        if (record.leg().begun().contains(MoveSteps.PROMOTE)) {
            Matcher forbidden =
                    Pattern.compile("Do not open|Do not start|Start neither").matcher(advice);
            assertThat(forbidden.find()).as(advice).isTrue();
        }
        assertThat(MoveView.of(record, new LiveView(), List.of()).waitingFor())
                .startsWith("a person: ")
                .contains(advice);
    }
}
