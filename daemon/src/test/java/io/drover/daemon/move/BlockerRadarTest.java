/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.MoveDriverTest.assertServing;
import static io.drover.daemon.move.Moved.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.Blocker;
import io.drover.api.Blocker.Kind;
import io.drover.api.Blocker.Stance;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move.HistoryEntry;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What row 75 makes of what stands in the way of the cutover, for each policy and each kind. */
class BlockerRadarTest {
    private static MoveStage stage;

    @BeforeAll
    static void openStage() {
        stage = new MoveStage();
    }

    @AfterAll
    static void closeStage() throws IOException {
        stage.close();
    }

    static Blocker session(Kind kind, int pid) {
        return new Blocker(kind, pid, "app in app (psql)", "active", 90_000, 90_000L, "as long again");
    }

    private static Blocker of(Kind kind) {
        boolean process = kind != Kind.PREPARED_TRANSACTION && kind != Kind.ARCHIVE_BACKLOG;
        return new Blocker(kind, process ? 7 : null, "app in app (psql)", "something", 90_000, null, "nothing");
    }

    private static MovePlay play(MoveRequest.Blockers policy) {
        return stage.play(Moved.identity(Moved.request(policy, false), null));
    }

    private static List<String> history(MovePlay play) {
        return play.history().stream()
                .filter(line -> line.step() == MoveSteps.ARM)
                .map(HistoryEntry::event)
                .toList();
    }

    @Test
    void theCutoverWaitsUntilNothingStandsInItsWay() {
        MovePlay play = play(MoveRequest.Blockers.WAIT);
        AtomicInteger asked = new AtomicInteger();
        Blocker blocker = session(Kind.LONG_TRANSACTION, 7);
        play.world().blockers = () -> asked.incrementAndGet() < 3 ? List.of(blocker) : List.of();
        play.driveToBaking();

        assertServing(play, B);
        assertThat(asked).hasValue(3);
        assertThat(play.world().ended).isEmpty();
        assertThat(history(play))
                .anySatisfy(event -> assertThat(event).contains("what stands in the way", blocker.line()));
    }

    @Test
    void anAbortEndsTheWait() {
        MovePlay play = play(MoveRequest.Blockers.WAIT);
        Blocker blocker = session(Kind.LONG_TRANSACTION, 7);
        play.world().blockers = () -> List.of(blocker);
        play.driveUntil(() -> {
            if (play.waitingFor().contains(blocker.line()) && play.record().state() == MoveState.CUTTING_OVER) {
                play.order(play.orders()::abort);
            }
            return false;
        });

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.ABORTED_BY_OPERATOR.name());
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void theDeadlineEndsTheWait() {
        MovePlay play = stage.play(Moved.identity(Moved.request(), Instant.now().plusSeconds(60)));
        Blocker blocker = session(Kind.LONG_TRANSACTION, 7);
        play.world().blockers = () -> List.of(blocker);
        play.driveUntil(() -> {
            if (play.waitingFor().contains(blocker.line())) {
                play.time = () -> Instant.now().plusSeconds(61);
            }
            return false;
        });

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.DEADLINE_PASSED.name());
    }

    @Test
    void aPersonSeesTheRadarWhileItWaitsAndNotAfterwards() {
        MovePlay play = play(MoveRequest.Blockers.WAIT);
        List<Blocker> there = List.of(session(Kind.DDL, 7), of(Kind.LOGICAL_CONSUMER));
        play.world().blockers = () -> there;
        play.driveUntil(() -> play.shown().blockers().equals(there));

        play.world().blockers = List::of;
        play.driveToBaking();
        assertThat(play.shown().blockers()).isEmpty();
    }

    /** An approval is a person's decision, who is shown what it will meet, and is not held up by it or by a source that does not answer. */
    @Test
    void aPersonSeesTheRadarBeforeTheApproval() {
        MovePlay play = stage.play(Moved.identity(Moved.approvedRequest(), null));
        List<Blocker> there = List.of(session(Kind.DDL, 7), of(Kind.LOGICAL_CONSUMER));
        play.world().blockers = () -> there;
        play.driveUntil(() -> play.record().state() == MoveState.READY
                && play.shown().blockers().equals(there));
        assertThat(history(play)).isEmpty();

        AtomicInteger inVain = new AtomicInteger();
        play.world().blockers = () -> {
            inVain.incrementAndGet();
            throw new DroverException(ErrorCode.POSTGRES_FAILED, "the source does not answer");
        };
        String unknown = "what stands in the way is not known, node_a could not be asked: "
                + "POSTGRES_FAILED: the source does not answer";
        boolean[] said = {false};
        play.driveUntil(() -> {
            String now = play.waitingFor();
            if (!said[0] && inVain.get() >= 2 && now.contains(unknown)) {
                said[0] = true;
                assertThat(now)
                        .startsWith("approval of the cutover by a person")
                        .contains("bin/drover approve ");
                assertThat(play.shown().blockers()).isEmpty();
                play.world().blockers = List::of;
            }
            // and no longer than it is so
            return said[0] && now.startsWith("approval of the cutover") && !now.contains(unknown);
        });
        assertThat(said[0]).isTrue();
        assertThat(play.record().state()).isEqualTo(MoveState.READY);

        play.order(play.orders()::approve);
        play.driveToBaking();
        assertServing(play, B);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void atTheLimitTheKindDecides(Kind kind) {
        MovePlay play = play(MoveRequest.Blockers.WAIT);
        play.world().blockers = () -> List.of(of(kind));

        if (kind.stance() == Stance.HOLDS) {
            assertThatThrownBy(() -> BlockerRadar.clear(play.context(), Duration.ZERO))
                    .isInstanceOfSatisfying(DroverException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.BLOCKED);
                        assertThat(e.hint())
                                .hasValueSatisfying(hint -> assertThat(hint).contains(kind.remedy()));
                    })
                    .hasMessageContaining(of(kind).line());
        } else {
            BlockerRadar.clear(play.context(), Duration.ZERO);
            assertThat(history(play).stream().anyMatch(event -> event.contains("breaks off")))
                    .isEqualTo(kind.stance() == Stance.DELAYS);
        }
    }

    /** P16 refuses whatever the policy is, and nothing is waited for that would be refused afterwards. */
    @Test
    void whatThePreflightRefusesIsNotWaitedFor() {
        for (MoveRequest.Blockers policy : MoveRequest.Blockers.values()) {
            MovePlay play = play(policy);
            play.world().blockers = () -> List.of(of(Kind.LOGICAL_CONSUMER));
            BlockerRadar.clear(play.context(), Duration.ZERO);
            assertThat(history(play)).isEmpty();
        }
    }

    @Test
    void theMoveIsUndoneAtOnceWhenThatWasAskedFor() {
        MovePlay play = play(MoveRequest.Blockers.ABORT);
        Blocker blocker = of(Kind.BASE_BACKUP);
        play.world().blockers = () -> List.of(blocker);
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.BLOCKED.name());
        assertThat(play.record().error().detail()).contains(blocker.line());
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void nothingInTheWayIsNoReasonToAbort() {
        MovePlay play = play(MoveRequest.Blockers.ABORT);
        play.driveToBaking();
        assertServing(play, B);
    }

    @Test
    void sessionsAreEndedWhenThatWasAskedForAndSaidBefore() {
        MovePlay play = play(MoveRequest.Blockers.TERMINATE);
        List<Blocker> there = List.of(session(Kind.IDLE_IN_TRANSACTION, 7), session(Kind.LONG_TRANSACTION, 8));
        play.world().blockers = () -> there;
        play.world().hook = (verb, moment) -> {
            if (verb.equals("end-sessions@node_a") && moment == FakeWorld.Moment.BEFORE) {
                assertThat(history(play))
                        .anySatisfy(event -> assertThat(event)
                                .contains(
                                        "ends what stands in the way",
                                        there.get(0).line(),
                                        there.get(1).line()));
            }
        };
        play.driveToBaking();

        assertServing(play, B);
        assertThat(play.world().ended).containsExactly(7, 8);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void onlyWhatRollsBackWholeIsEnded(Kind kind) {
        boolean expected = Stream.of(Kind.DDL, Kind.IDLE_IN_TRANSACTION, Kind.LONG_TRANSACTION)
                .anyMatch(kind::equals);
        MovePlay play = play(MoveRequest.Blockers.TERMINATE);
        play.world().blockers = () -> List.of(of(kind));
        try {
            BlockerRadar.clear(play.context(), Duration.ZERO);
        } catch (DroverException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.BLOCKED);
        }
        assertThat(play.world().ended.contains(7)).isEqualTo(expected);
    }

    /** What cannot be ended is waited for beside what is. */
    @Test
    void aBackupIsWaitedForWhileSessionsAreEnded() {
        MovePlay play = play(MoveRequest.Blockers.TERMINATE);
        AtomicInteger asked = new AtomicInteger();
        play.world().blockers = () -> asked.incrementAndGet() < 4
                ? List.of(session(Kind.LONG_TRANSACTION, 8), of(Kind.BASE_BACKUP))
                : List.of();
        play.driveToBaking();

        assertServing(play, B);
        assertThat(asked).hasValue(4);
        assertThat(play.world().ended).containsExactly(8);
    }

    @Test
    void aDrillEndsNobodysSession() {
        MovePlay play = stage.play(Moved.identity(Moved.request(MoveRequest.Blockers.TERMINATE, true), null));
        AtomicInteger asked = new AtomicInteger();
        play.world().blockers =
                () -> asked.incrementAndGet() < 3 ? List.of(session(Kind.LONG_TRANSACTION, 7)) : List.of();
        play.drive();

        assertThat(play.record().drill().error()).isNull();
        assertThat(asked).hasValue(3);
        assertThat(play.world().ended).isEmpty();
    }

    @Test
    void aRollbackThatIsBlockedLeavesTheMoveInBaking() {
        MovePlay play = play(MoveRequest.Blockers.ABORT);
        play.driveToBaking();
        play.world().blockers = () -> List.of(of(Kind.PREPARED_TRANSACTION));
        play.order(record -> play.orders().rollback(record, true));
        play.driveToBaking();

        assertThat(play.record().rollingBack()).isFalse();
        assertThat(play.history())
                .extracting(HistoryEntry::event)
                .anySatisfy(event ->
                        assertThat(event).contains(of(Kind.PREPARED_TRANSACTION).line()));
        assertServing(play, B);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theLineNamesKindOwnerAgeAndDelay(Kind kind) {
        assertThat(of(kind).line())
                .startsWith(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .contains("of app in app (psql)", "for 90 s", "nobody can tell for how long");
        assertThat(session(kind, 9).line()).contains("process 9", "about 90 s more");
    }
}
