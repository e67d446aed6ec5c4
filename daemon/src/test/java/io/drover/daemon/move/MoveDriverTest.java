/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move.HistoryEntry;
import io.drover.api.Move.Phase;
import io.drover.api.MoveState;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.daemon.move.FakeWorld.Moment;
import io.drover.topology.Registration;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The production table and driver against agents in memory and a real ZooKeeper server. */
class MoveDriverTest {
    private static final String BLOCKER = "process 7 of app in app (psql), 90 s";

    private static MoveStage stage;

    @BeforeAll
    static void openStage() {
        stage = new MoveStage();
    }

    @AfterAll
    static void closeStage() throws IOException {
        stage.close();
    }

    @Test
    void movesCompletesAndFreesEverything() {
        MoveStage.Play play = stage.play();
        play.driveToBaking();

        assertThat(play.record().state()).isEqualTo(MoveState.BAKING);
        assertServing(play, B);
        assertThat(play.lockedNodes()).isEmpty();
        assertThat(play.instanceLocked()).isTrue();

        play.order(record -> play.orders().complete(record, true));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.COMPLETED);
        assertThat(play.instanceLocked()).isFalse();
        assertThat(play.topology().move()).isNull();
        assertThat(play.topology().replicas()).isEmpty();
        assertThat(play.world().on(A).setAside).isEqualTo(1);
        assertThat(play.world().on(B).slots).isEmpty();
        assertThat(play.world().violations()).isEmpty();
    }

    @Test
    void everyRowRunsAndThePhasesAddUpToThePause() {
        MoveStage.Play play = stage.play();
        play.driveToBaking();
        play.order(record -> play.orders().complete(record, true));
        play.drive();

        assertThat(play.observer().started.stream().distinct())
                .containsExactlyElementsOf(
                        MoveSteps.TABLE.stream().map(MoveStep::number).toList());
        var cutover = play.record().forward().cutover();
        assertThat(cutover.phases().stream().mapToDouble(Phase::millis).sum())
                .isCloseTo(cutover.writePauseMillis(), org.assertj.core.data.Offset.offset(0.001));
        assertThat(play.observer().pauses).containsExactly(cutover.writePauseMillis());
    }

    @Test
    void rollbackGoesBackTheSameWayAndEndsWithTheSourceAsPrimary() {
        MoveStage.Play play = stage.play();
        play.driveToBaking();
        play.order(record -> play.orders().rollback(record, true));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ROLLED_BACK);
        assertServing(play, A);
        assertThat(play.topology().epoch().value()).isEqualTo(5);
        assertThat(play.topology().move()).isNull();
        assertThat(play.instanceLocked()).isFalse();
        assertThat(play.lockedNodes()).isEmpty();
        assertThat(play.world().on(A).slots).isEmpty();
        assertThat(play.world().on(B).setAside).isEqualTo(1);
        assertThat(play.world().violations()).isEmpty();
    }

    @Test
    void anAbortBeforeAnyRowHasRunFreesTheLocks() {
        MoveStage.Play play = stage.play();
        play.order(play.orders()::abort);
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void aFailureAnywhereBeforeThePointOfNoReturnUndoesEverything() {
        TreeSet<Integer> undone = new TreeSet<>();
        for (String verb : verbsBefore("promote@node_b")) {
            MoveStage.Play play = stage.play();
            play.failOnce(verb, Moment.AFTER, ErrorCode.INTERNAL);
            play.drive();

            assertThat(play.record().state()).as(verb).isEqualTo(MoveState.ABORTED);
            assertServing(play, A);
            assertThat(play.leftovers()).as(verb).isEmpty();
            assertThat(play.world().violations()).as(verb).isEmpty();
            undone.addAll(play.undoneRows());
        }
        assertThat(undone)
                .containsExactlyElementsOf(MoveSteps.TABLE.stream()
                        .map(MoveStep::number)
                        .filter(number -> number <= MoveSteps.COMMIT)
                        .toList());
    }

    @Test
    void anotherDriverFinishesAMoveWhoseDriverDiedAtAnyCommand() {
        for (Moment moment : Moment.values()) {
            for (String verb : verbsBefore(null)) {
                MoveStage.Play play = stage.play();
                play.failOnce(verb, moment, ErrorCode.LEADERSHIP_LOST);
                play.driveUntilItDies();
                play.driveToBaking();

                assertThat(play.record().state()).as(verb).isEqualTo(MoveState.BAKING);
                assertServing(play, B);
                assertThat(play.world().on(A).standby).as(verb).isTrue();
                assertThat(play.world().violations()).as(verb).isEmpty();
            }
        }
    }

    @Test
    void anotherDriverFinishesARollbackWhoseDriverDiedAtAnyCommand() {
        Consumer<MoveStage.Play> ordered = play -> {
            play.driveToBaking();
            play.order(record -> play.orders().rollback(record, true));
        };
        for (Moment moment : Moment.values()) {
            for (String verb : verbsAfter(ordered)) {
                MoveStage.Play play = stage.play();
                ordered.accept(play);
                play.failOnce(verb, moment, ErrorCode.LEADERSHIP_LOST);
                play.driveUntilItDies();
                play.drive();

                assertThat(play.record().state()).as(verb).isEqualTo(MoveState.ROLLED_BACK);
                assertServing(play, A);
                assertThat(play.world().on(A).slots).as(verb).isEmpty();
                assertThat(play.world().on(B).setAside).as(verb).isEqualTo(1);
                assertThat(play.lockedNodes()).as(verb).isEmpty();
                assertThat(play.world().violations()).as(verb).isEmpty();
            }
        }
    }

    @Test
    void anotherDriverClosesAMoveWhoseDriverDiedAtAnyCommand() {
        Consumer<MoveStage.Play> ordered = play -> {
            play.driveToBaking();
            play.order(record -> play.orders().complete(record, true));
        };
        for (Moment moment : Moment.values()) {
            for (String verb : verbsAfter(ordered)) {
                MoveStage.Play play = stage.play();
                ordered.accept(play);
                play.failOnce(verb, moment, ErrorCode.LEADERSHIP_LOST);
                assertThatThrownBy(play::drive)
                        .isInstanceOfSatisfying(
                                DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEADERSHIP_LOST));
                play.drive();

                assertThat(play.record().state()).as(verb).isEqualTo(MoveState.COMPLETED);
                assertServing(play, B);
                assertThat(play.world().on(B).slots).as(verb).isEmpty();
                assertThat(play.world().on(A).setAside).as(verb).isEqualTo(1);
                assertThat(play.instanceLocked()).as(verb).isFalse();
            }
        }
    }

    @Test
    void anotherDriverFinishesAnUndoWhoseDriverDiedAtAnyCommand() {
        List<String> undoing = verbsAfterTheSealFailed();
        assertThat(undoing).contains("unseal@node_a", "drop-slot@node_a");
        for (Moment moment : Moment.values()) {
            for (String verb : undoing) {
                MoveStage.Play play = stage.play();
                boolean[] sealed = {false};
                boolean[] died = {false};
                play.world().hook = (sent, when) -> {
                    if (!sealed[0] && sent.equals("seal@node_a") && when == Moment.AFTER) {
                        sealed[0] = true;
                        throw failure(ErrorCode.INTERNAL, sent);
                    }
                    if (sealed[0] && !died[0] && sent.equals(verb) && when == moment) {
                        died[0] = true;
                        throw failure(ErrorCode.LEADERSHIP_LOST, sent);
                    }
                };
                play.driveUntilItDies();
                assertThat(died[0]).as(verb).isTrue();
                play.drive();

                assertThat(play.record().state()).as(verb).isEqualTo(MoveState.ABORTED);
                assertServing(play, A);
                assertThat(play.leftovers()).as(verb).isEmpty();
                assertThat(play.world().violations()).as(verb).isEmpty();
            }
        }
    }

    @Test
    void aRollbackThatAPersonAbortsLeavesTheMoveInBaking() {
        MoveStage.Play play = stage.play();
        play.driveToBaking();
        play.order(record -> play.orders().rollback(record, true));
        orderOnce(play, 90, play.orders()::abort);
        play.driveToBaking();

        assertThat(play.record().state()).isEqualTo(MoveState.BAKING);
        assertThat(play.record().rollingBack()).isFalse();
        assertServing(play, B);
    }

    @Test
    void aFenceThatTheSourcesAgentLoweredIsNotRaisedAgain() {
        MoveStage.Play play = stage.play();
        play.failOnce("seal@node_a", Moment.AFTER, ErrorCode.LEADERSHIP_LOST);
        play.driveUntilItDies();
        play.world().watchdogAborts(A);
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.PAUSE_BUDGET_SPENT.name());
        assertServing(play, A);
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void commitsPastTheForkStopTheRejoin() {
        MoveStage.Play play = stage.play();
        play.world().userCommitsPastFork = 1;
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.NEEDS_OPERATOR);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.COMMITS_PAST_FORK.name());
        assertThat(play.record().forward().cutover().commitsPastFork()).isEqualTo(1);
        assertThat(play.world().on(A).running).isFalse();
        assertServing(play, B);
    }

    @Test
    void aPersonGivesUpAWayBackThatMustNotRejoinAndEverythingIsFreed() {
        MoveStage.Play play = stage.play();
        play.world().userCommitsPastFork = 1;
        play.drive();
        play.order(record -> play.orders().complete(record, true));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.COMPLETED);
        assertThat(play.record().forward().cutover().commitsPastFork()).isEqualTo(1);
        assertThat(play.world().on(A).running).isFalse();
        assertServing(play, B);
    }

    @Test
    void aCloseThatFailedIsDoneAgainWhenItIsResumed() {
        MoveStage.Play play = stage.play();
        play.driveToBaking();
        play.order(record -> play.orders().complete(record, true));
        play.failOnce("set-aside@node_a", Moment.BEFORE, ErrorCode.INTERNAL);
        play.drive();
        assertThat(play.record().state()).isEqualTo(MoveState.NEEDS_OPERATOR);

        play.order(play.orders()::resume);
        assertThat(play.record().state().isFinal()).isFalse();
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.COMPLETED);
        assertThat(play.world().on(A).setAside).isEqualTo(1);
        assertThat(play.world().on(B).slots).isEmpty();
        assertThat(play.instanceLocked()).isFalse();
    }

    @Test
    void aMoveWhoseOldPrimaryIsGoneForGoodEndsWhenAPersonGivesItUp() {
        MoveStage.Play play = stage.play();
        play.driveToBaking();
        play.world().hook = (verb, moment) -> {
            if (verb.endsWith("@node_a")) {
                throw failure(ErrorCode.INTERNAL, verb);
            }
        };
        play.order(record -> play.orders().complete(record, true));
        play.drive();
        assertThat(play.record().state()).isEqualTo(MoveState.NEEDS_OPERATOR);
        assertThat(play.world().on(B).slots).as("slots that nobody reads").isEmpty();

        play.order(record -> play.orders().complete(record, true));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.COMPLETED);
        assertThat(play.instanceLocked()).isFalse();
        assertThat(play.topology().move()).isNull();
    }

    @Test
    void theLocksStayWhileSomethingCouldNotBeUndone() {
        MoveStage.Play play = stage.play();
        play.world().hook = (verb, moment) -> {
            if (verb.equals("seal@node_a") || verb.equals("drop-slot@node_a")) {
                throw failure(ErrorCode.INTERNAL, verb);
            }
        };
        play.drive();
        assertThat(play.record().state()).isEqualTo(MoveState.NEEDS_OPERATOR);
        assertThat(play.instanceLocked()).isTrue();

        play.world().hook = (verb, moment) -> {};
        play.order(play.orders()::resume);
        play.drive();
        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void aRollbackThatFailsBeforeItsPointOfNoReturnLeavesTheMoveInBaking() {
        MoveStage.Play play = stage.play();
        play.driveToBaking();
        play.order(record -> play.orders().rollback(record, true));
        play.failOnce("seal@node_b", Moment.AFTER, ErrorCode.INTERNAL);
        play.driveToBaking();

        assertThat(play.record().state()).isEqualTo(MoveState.BAKING);
        assertThat(play.record().rollingBack()).isFalse();
        assertServing(play, B);
        assertThat(play.world().on(B).sealed).isFalse();
    }

    @Test
    void aPersonsAbortIsCarriedOutAndNamed() {
        MoveStage.Play play = stage.play();
        play.world().hook = (verb, moment) -> {
            if (verb.equals("count-rows@node_b") && moment == Moment.BEFORE) {
                play.order(play.orders()::abort);
            }
        };
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.ABORTED_BY_OPERATOR.name());
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void aPauseInReadyHoldsAnApprovedCutoverUntilItIsResumed() {
        MoveStage.Play play = stage.play(Moved.identity(Moved.approvedRequest(), null));
        play.driveUntil(() -> {
            if (play.waitingFor().startsWith("approval")) {
                play.order(play.orders()::pause);
                play.order(play.orders()::approve);
            }
            return isHeldAfterApproval(play);
        });

        assertThat(play.record().state()).isEqualTo(MoveState.READY);
        assertThat(play.record().orders().approved()).isTrue();

        play.order(play.orders()::resume);
        play.driveToBaking();
        assertServing(play, B);
    }

    @Test
    void aPauseThatIsAcceptedWhileTheCutoverIsAboutToBeginHoldsIt() {
        MoveStage.Play play = stage.play();
        orderOnce(play, MoveSteps.ARM, play.orders()::pause);
        play.driveUntil(() -> isHeldAfterApproval(play));

        assertThat(play.record().state()).isEqualTo(MoveState.READY);
        assertThat(play.record().leg().begun()).doesNotContain(MoveSteps.ARM);

        play.order(play.orders()::resume);
        play.driveToBaking();
        assertServing(play, B);
    }

    @Test
    void theDeadlineEndsAPausedMoveToo() {
        MoveStage.Play play =
                stage.play(Moved.identity(Moved.request(), Instant.now().plusSeconds(60)));
        orderOnce(play, MoveSteps.ARM, play.orders()::pause);
        play.driveUntil(() -> isHeldAfterApproval(play));
        play.time = () -> Instant.now().plusSeconds(61);
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.DEADLINE_PASSED.name());
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void anAbortThatIsAcceptedWhileARowIsAboutToBeginIsCarriedOut() {
        MoveStage.Play play = stage.play();
        orderOnce(play, MoveSteps.ARM, play.orders()::abort);
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.ABORTED_BY_OPERATOR.name());
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void theHistoryNamesWhoDidNotDrain() {
        MoveStage.Play play = stage.play();
        try (Registration silent = play.silentClient("deaf")) {
            assertThat(silent.session()).isNotZero();
            play.driveToBaking();
        }

        assertThat(play.history())
                .filteredOn(line -> line.step() == MoveSteps.FENCE)
                .extracting(HistoryEntry::event)
                .anySatisfy(event -> assertThat(event).contains("did not drain within 500 ms", "deaf on 127.0.0.1"));
        assertThat(play.observer().notDrained).hasSize(1);
        assertServing(play, B);
    }

    @Test
    void theCutoverWaitsForLongTransactionsToEnd() {
        MoveStage.Play play = stage.play();
        AtomicInteger asked = new AtomicInteger();
        play.world().longTransactions = () -> asked.incrementAndGet() < 3 ? List.of(BLOCKER) : List.of();
        play.driveToBaking();

        assertServing(play, B);
        assertThat(asked).hasValue(3);
        assertThat(play.history())
                .filteredOn(line -> line.step() == MoveSteps.ARM)
                .extracting(HistoryEntry::event)
                .anySatisfy(event -> assertThat(event).contains(BLOCKER));
    }

    @Test
    void anAbortEndsTheWaitForLongTransactions() {
        MoveStage.Play play = stage.play();
        play.world().longTransactions = () -> List.of(BLOCKER);
        play.driveUntil(() -> {
            if (play.waitingFor().contains(BLOCKER) && play.record().state() == MoveState.CUTTING_OVER) {
                play.order(play.orders()::abort);
            }
            return false;
        });

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.ABORTED_BY_OPERATOR.name());
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void theDeadlineEndsTheWaitForLongTransactions() {
        MoveStage.Play play =
                stage.play(Moved.identity(Moved.request(), Instant.now().plusSeconds(60)));
        play.world().longTransactions = () -> List.of(BLOCKER);
        play.driveUntil(() -> {
            if (play.waitingFor().contains(BLOCKER)) {
                play.time = () -> Instant.now().plusSeconds(61);
            }
            return false;
        });

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.DEADLINE_PASSED.name());
    }

    @Test
    void theLimitOfTheWaitForLongTransactionsNamesThem() {
        MoveStage.Play play = stage.play();
        play.world().longTransactions = () -> List.of(BLOCKER);

        assertThatThrownBy(() -> CutoverRows.awaitBlockers(play.context(), Duration.ZERO))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT))
                .hasMessageContaining(BLOCKER);
    }

    private static boolean isHeldAfterApproval(MoveStage.Play play) {
        return play.record().leg().done().contains(70) && play.waitingFor().contains("resume it");
    }

    private static void orderOnce(MoveStage.Play play, int step, MoveOrders.Order order) {
        boolean[] given = {false};
        play.observer().onStart = started -> {
            if (started == step && !given[0]) {
                given[0] = true;
                play.order(order);
            }
        };
    }

    private static void assertServing(MoveStage.Play play, io.drover.api.NodeId node) {
        ShardTopology topology = play.topology();
        assertThat(topology.state()).isEqualTo(TopologyState.SERVING);
        assertThat(topology.primary().node()).isEqualTo(node);
        assertThat(play.world().on(node).canCommit()).isTrue();
    }

    /** The verbs of an undisturbed move in order, each once, up to one or to the bake. */
    private static List<String> verbsBefore(String last) {
        MoveStage.Play play = stage.play();
        List<String> verbs = new ArrayList<>();
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.BEFORE) {
                verbs.add(verb);
            }
        };
        play.driveToBaking();
        List<String> distinct = verbs.stream().distinct().collect(Collectors.toList());
        // sent beside the promotion: a failure of it is of no consequence there
        distinct.remove("stop@node_a");
        return last == null ? distinct : distinct.subList(0, distinct.indexOf(last));
    }

    /** The commands that come after some way has been gone; what is sent beside a promotion may fail without a consequence. */
    private static List<String> verbsAfter(Consumer<MoveStage.Play> way) {
        MoveStage.Play play = stage.play();
        way.accept(play);
        List<String> verbs = new ArrayList<>();
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.BEFORE) {
                verbs.add(verb);
            }
        };
        play.drive();
        List<String> distinct = verbs.stream().distinct().collect(Collectors.toList());
        if (play.record().rollingBack()) {
            distinct.remove("stop@node_b");
        }
        return distinct;
    }

    private static List<String> verbsAfterTheSealFailed() {
        MoveStage.Play play = stage.play();
        List<String> verbs = new ArrayList<>();
        boolean[] failed = {false};
        play.world().hook = (verb, moment) -> {
            if (failed[0] && moment == Moment.BEFORE) {
                verbs.add(verb);
            }
            if (!failed[0] && verb.equals("seal@node_a") && moment == Moment.AFTER) {
                failed[0] = true;
                throw failure(ErrorCode.INTERNAL, verb);
            }
        };
        play.drive();
        return verbs.stream().distinct().toList();
    }

    static DroverException failure(ErrorCode code, String verb) {
        return new DroverException(code, "injected at " + verb);
    }
}
