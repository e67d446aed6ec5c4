/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move.Phase;
import io.drover.api.MoveState;
import io.drover.api.Problem;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.daemon.move.FakeWorld.Moment;
import io.drover.topology.Registration;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The production table and driver against agents in memory and a real ZooKeeper server. */
class MoveDriverTest {
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
        MovePlay play = stage.play();
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
        MovePlay play = stage.play();
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
        MovePlay play = stage.play();
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

    /** Nothing of it is to follow any more: it is set aside. */
    @Test
    void aRollbackNeedsNobodyWhoCanBeRewound() {
        MovePlay play = stage.play();
        play.driveToBaking();
        play.world().recordsPastFork = 2;
        play.world().rewindable = false;
        play.order(record -> play.orders().rollback(record, true));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ROLLED_BACK);
        assertServing(play, A);
        assertThat(play.world().on(B).setAside).isEqualTo(1);
    }

    @Test
    void aGuardThatIsSetAndHasNoEffectEndsTheMoveBeforeTheFence() {
        MovePlay play = stage.play();
        play.world().guardHolds = false;
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.GUARD_REFUSED.name());
        assertThat(play.leftovers()).isEmpty();
        assertServing(play, A);
        assertThat(play.topology().epoch().value()).isEqualTo(1);
    }

    @Test
    void theTargetStaysWhereItIsAsLongAsCommitsMayWaitForIt() {
        MovePlay play = stage.play();
        List<String> verbs = new CopyOnWriteArrayList<>();
        play.world().hook = (verb, moment) -> {
            verbs.add(verb);
            boolean fails = verb.equals("align-wal@node_a") || verb.equals("restore-settings@node_a");
            if (moment == Moment.BEFORE && fails) {
                throw failure(ErrorCode.POSTGRES_FAILED, verb);
            }
        };
        play.driveUntil(() -> play.record().state() == MoveState.NEEDS_OPERATOR);

        assertThat(play.record().state()).isEqualTo(MoveState.NEEDS_OPERATOR);
        assertThat(verbs).contains("restore-settings@node_a").doesNotContain("stop@node_b", "set-aside@node_b");

        play.world().hook = (verb, moment) -> {};
        play.order(play.orders()::resume);
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void anAbortBeforeAnyRowHasRunFreesTheLocks() {
        MovePlay play = stage.play();
        play.order(play.orders()::abort);
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void aFailureAnywhereBeforeThePointOfNoReturnUndoesEverything() {
        TreeSet<Integer> undone = new TreeSet<>();
        for (String verb : verbsBefore(stage, "promote@node_b")) {
            MovePlay play = stage.play();
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

    /** A pooler's adapter tries the target only when it is shown; what it finds then is asked for before any fence (P53). */
    @Test
    void whenClientsAreNotReadyThePreflightIsAskedOnceMore() {
        MovePlay play = stage.play();
        AtomicInteger asked = new AtomicInteger();
        play.world().onChecks = () -> {
            if (asked.incrementAndGet() == 3) {
                throw failure(ErrorCode.PREFLIGHT_FAILED, "P53");
            }
        };
        try (Registration cold = play.coldClient("pooler")) {
            assertThat(cold.session()).isNotZero();
            play.drive();
        }

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.undoneRows()).contains(MoveSteps.ARM).doesNotContain(MoveSteps.FENCE);
        assertServing(play, A);
        assertThat(play.leftovers()).isEmpty();
    }

    @Test
    void aFenceThatTheSourcesAgentLoweredIsNotRaisedAgain() {
        MovePlay play = stage.play();
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
        MovePlay play = stage.play();
        play.world().userCommitsPastFork = 1;
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.NEEDS_OPERATOR);
        assertThat(play.record().error().code()).isEqualTo(ErrorCode.COMMITS_PAST_FORK.name());
        assertThat(play.record().forward().cutover().commitsPastFork()).isEqualTo(1);
        assertThat(play.record().forward().cutover().rewound()).isFalse();
        assertThat(play.world().on(A).running).isFalse();
        assertServing(play, B);
    }

    /** Not tried again for the whole limit of the row: what is missing in WAL that is written comes from nowhere. */
    @Test
    void anOldPrimaryThatCanNeverBeRewoundNeedsAPersonAtOnceAndIsGivenUp() {
        MovePlay play = stage.play();
        List<String> verbs = new CopyOnWriteArrayList<>();
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.BEFORE) {
                verbs.add(verb);
            }
        };
        play.world().recordsPastFork = 2;
        play.world().rewindable = false;
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.NEEDS_OPERATOR);
        Problem error = play.record().error();
        assertThat(error.code()).isEqualTo(ErrorCode.NOT_REWINDABLE.name());
        assertThat(error.step()).isEqualTo(MoveSteps.REVERSE);
        assertThat(error.detail())
                .contains(
                        "node_a cannot become the rollback replica of shard_01",
                        "past the fork " + play.record().leg().fork() + " to " + FakeWorld.END.plus(2),
                        "wal_log_hints")
                .doesNotContain("tried");
        assertThat(error.hint())
                .startsWith("node_b serves. Do not start PostgreSQL on node_a")
                .contains("bin/drover complete " + play.record().identity().id() + " --end-bake", "wal_log_hints")
                .doesNotContain("bin/drover resume");
        assertThat(verbs).filteredOn("audit@node_a"::equals).hasSize(1);
        assertThat(verbs)
                .containsSubsequence("archive-up-to@node_a", "audit@node_a", "restore-settings@node_b")
                .doesNotContain("rejoin@node_a", "set-rewind-login@node_b");
        assertThat(play.record().forward().cutover().commitsPastFork()).isZero();
        assertThat(play.record().forward().cutover().rewound()).isFalse();
        assertThat(play.world().on(A).running).isFalse();
        assertServing(play, B);

        play.order(record -> play.orders().complete(record, true));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.COMPLETED);
        assertServing(play, B);
    }

    /** What an older agent does not say is not held against anybody. */
    @Test
    void anOldPrimaryOfWhichNobodySaysThatItCannotBeRewoundIsRewound() {
        MovePlay play = stage.play();
        play.world().recordsPastFork = 2;
        play.world().rewindable = null;
        play.driveToBaking();

        assertThat(play.record().forward().cutover().rewound()).isTrue();
    }

    @Test
    void aPersonGivesUpAWayBackThatMustNotRejoinAndEverythingIsFreed() {
        MovePlay play = stage.play();
        play.world().userCommitsPastFork = 1;
        play.drive();
        play.order(record -> play.orders().complete(record, true));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.COMPLETED);
        assertThat(play.record().forward().cutover().commitsPastFork()).isEqualTo(1);
        assertThat(play.record().forward().cutover().rewound()).isFalse();
        assertThat(play.world().on(A).running).isFalse();
        assertServing(play, B);
    }

    /** Until it is a standby, whatever else starts the old primary finds the seal's settings (H60): the rejoin takes them back. */
    @Test
    void anOldPrimaryKeepsTheSettingsOfItsSealUntilItRejoins() {
        MovePlay play = stage.play();
        List<String> verbs = new CopyOnWriteArrayList<>();
        play.world().hook = (verb, moment) -> verbs.add(verb);

        play.driveToBaking();

        assertThat(verbs.subList(verbs.indexOf("promote@node_b"), verbs.size()))
                .contains("rejoin@node_a")
                .doesNotContain("restore-settings@node_a");
        assertThat(play.world().on(A).settings).isEmpty();
    }

    @Test
    void aCloseThatFailedIsDoneAgainWhenItIsResumed() {
        MovePlay play = stage.play();
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
        MovePlay play = stage.play();
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
        MovePlay play = stage.play();
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
        MovePlay play = stage.play();
        play.driveToBaking();
        play.order(record -> play.orders().rollback(record, true));
        play.failOnce("seal@node_b", Moment.AFTER, ErrorCode.INTERNAL);
        play.driveToBaking();

        assertThat(play.record().state()).isEqualTo(MoveState.BAKING);
        assertThat(play.record().rollingBack()).isFalse();
        assertServing(play, B);
        assertThat(play.world().on(B).sealed).isFalse();
    }

    static void assertServing(MovePlay play, io.drover.api.NodeId node) {
        ShardTopology topology = play.topology();
        assertThat(topology.state()).isEqualTo(TopologyState.SERVING);
        assertThat(topology.primary().node()).isEqualTo(node);
        assertThat(play.world().on(node).canCommit()).isTrue();
    }

    @Test
    void aCopyWhoseSlotHasLostItsWalIsGivenUp() {
        MovePlay play = stage.play();
        play.world().hook = (verb, moment) -> {
            if (verb.equals("start-standby@node_b") && moment == Moment.AFTER) {
                play.world().on(A).slots.clear();
                play.world().stream = Optional::empty;
            }
        };

        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error())
                .extracting(Problem::message)
                .asString()
                .contains(play.record().streamingSlot(), "has lost WAL");
    }

    /** The commands of an undisturbed move in order, each once, up to one of them or to the bake. */
    static List<String> verbsBefore(MoveStage stage, String last) {
        MovePlay play = stage.play();
        // some are sent beside others
        List<String> verbs = new CopyOnWriteArrayList<>();
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.BEFORE) {
                verbs.add(verb);
            }
        };
        play.driveToBaking();
        List<String> distinct = verbs.stream().distinct().collect(Collectors.toList());
        // sent beside the seal: a failure of it is of no consequence there
        distinct.remove("await-replayed@node_b");
        return last == null ? distinct : distinct.subList(0, distinct.indexOf(last));
    }

    static DroverException failure(ErrorCode code, String verb) {
        return new DroverException(code, "injected at " + verb);
    }
}
