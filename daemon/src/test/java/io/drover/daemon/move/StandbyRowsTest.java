/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.B;
import static io.drover.daemon.move.Moved.C;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.Problem;
import io.drover.api.ShardTopology;
import io.drover.daemon.move.FakeWorld.Moment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StandbyRowsTest {
    private static final String NAMES = "ANY 1 (node_c)";

    private static MoveStage stage;

    @BeforeAll
    static void open() {
        stage = new MoveStage();
    }

    @AfterAll
    static void close() throws IOException {
        stage.close();
    }

    /** A synchronous shard with a standby on node_c. */
    private static MovePlay synchronous() {
        MovePlay play = stage.play(Moved.withStandby(Moved.request(), false));
        play.world().addStandbyOnC();
        play.world().on(A).synchronous.put(0, NAMES);
        return play;
    }

    private static String slot(MovePlay play) {
        return play.record().identity().id().slotName() + "_s1";
    }

    @Test
    void aStandbyComesAlongAndBackAgain() {
        MovePlay play = synchronous();
        List<String> atTheFence = new ArrayList<>();
        play.world().hook = (verb, moment) -> {
            if (verb.startsWith("seal@") && moment == Moment.BEFORE) {
                atTheFence.add(
                        play.world().on(C).follows + " " + play.world().on(A).synchronousNames() + " "
                                + play.world().on(B).synchronousNames());
            }
        };

        play.driveToBaking();

        assertThat(atTheFence)
                .as("nobody can be ahead of the target, and it knows for whom it will wait")
                .containsExactly("node_b FIRST 1 (\"" + play.record().applicationName() + "\", \"node_c\") " + NAMES);
        assertThat(play.world().on(C).follows).isEqualTo(B);
        assertThat(play.world().on(C).settings).as("journal on node_c").isEmpty();
        assertThat(play.world().on(B).synchronousNames()).isEqualTo(NAMES);
        assertThat(play.world().on(A).slots).as("left by its standby").doesNotContain("slot_c");
        assertThat(play.world().on(B).slots).contains(slot(play));

        play.world().on(A).synchronous.clear();
        play.order(record -> play.orders().rollback(record, true));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ROLLED_BACK);
        assertThat(play.world().on(C).follows).isEqualTo(A);
        assertThat(play.world().on(A).synchronousNames()).isEqualTo(NAMES);
        assertThat(play.world().on(A).slots).contains(slot(play));
        assertThat(play.world().violations()).isEmpty();
    }

    @Test
    void aFailureAnywhereBeforeThePointOfNoReturnLeadsEveryStandbyBack() {
        MovePlay sample = synchronous();
        // some are sent beside others
        List<String> verbs = new CopyOnWriteArrayList<>();
        sample.world().hook = (verb, moment) -> {
            if (moment == Moment.BEFORE) {
                verbs.add(verb);
            }
        };
        sample.driveToBaking();
        sample.awaitBesides();
        List<String> before = verbs.subList(0, verbs.indexOf("promote@node_b")).stream()
                // a probe that has not come back as it should is sent again, and so is what is asked beside the seal
                .filter(verb -> !verb.startsWith("await-replayed@") && !verb.startsWith("probe-guard@"))
                .distinct()
                .toList();
        assertThat(before).contains("follow@node_c", "set-synchronous-standbys@node_a");

        for (String verb : before) {
            for (Moment moment : Moment.values()) {
                MovePlay play = synchronous();
                play.failOnce(verb, moment, ErrorCode.INTERNAL);
                play.driveUntil(
                        () -> play.record().state().isFinal() || play.record().state() == MoveState.BAKING);

                assertThat(play.record().state()).as("%s %s", moment, verb).isEqualTo(MoveState.ABORTED);
                assertThat(play.world().on(C).follows).as("%s %s", moment, verb).isEqualTo(A);
                assertThat(play.world().on(A).synchronousNames()).isEqualTo(NAMES);
                assertThat(play.leftovers()).as("%s %s", moment, verb).containsOnly("slot slot_c on node_a");
                assertThat(play.world().violations()).isEmpty();
            }
        }
    }

    @Test
    void anotherDriverGoesOnWhereverTheFirstOneDied() {
        for (String verb : List.of(
                "create-slot@node_b",
                "set-synchronous-standbys@node_b",
                "set-synchronous-standbys@node_a",
                "follow@node_c",
                "promote@node_b",
                "audit@node_a")) {
            for (Moment moment : Moment.values()) {
                MovePlay play = synchronous();
                play.failOnce(verb, moment, ErrorCode.LEADERSHIP_LOST);
                play.driveUntilItDies();
                play.driveToBaking();

                assertThat(play.world().on(C).follows).as("%s %s", moment, verb).isEqualTo(B);
                assertThat(play.world().on(B).synchronousNames())
                        .as("%s %s", moment, verb)
                        .isEqualTo(NAMES);
                assertThat(play.world().violations()).isEmpty();
            }
        }
    }

    @Test
    void anUndoThatDoesNotReachAStandbyStillPutsTheSourceBackAndAsksForAPerson() {
        MovePlay play = synchronous();
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.BEFORE
                    && (verb.equals("align-wal@node_a") || verb.equals("restore-settings@node_c"))) {
                throw MoveDriverTest.failure(ErrorCode.POSTGRES_FAILED, verb);
            }
        };
        play.driveUntil(() -> play.record().state() == MoveState.NEEDS_OPERATOR);

        assertThat(play.world().on(A).synchronousNames()).isEqualTo(NAMES);
        play.world().hook = (verb, moment) -> {};
        play.order(play.orders()::resume);
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.world().on(C).follows).isEqualTo(A);
    }

    @Test
    void isNotCompletedWithFewerStandbysUnlessAPersonTakesThatUponThemselves() {
        MovePlay play = synchronous();
        play.driveToBaking();
        assertThat(play.missing()).isEmpty();

        play.world().on(C).running = false;
        Map<NodeId, String> missing = play.missing();

        assertThat(missing).containsOnlyKeys(C);
        assertThatThrownBy(() -> play.orders().complete(play.record(), true, missing, ""))
                .isInstanceOfSatisfying(DroverException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.STANDBYS_MISSING);
                    assertThat(e.getMessage()).contains("node_c=");
                    assertThat(e.hint().orElse("")).contains("P41-standbys");
                });

        assertThat(play.orders()
                        .complete(play.record(), true, missing, "its machine has burnt")
                        .event())
                .contains("node_c=", "its machine has burnt");
        play.order(record -> play.orders().complete(record, true, missing, "its machine has burnt"));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.COMPLETED);
        assertThat(play.world().on(B).slots).as("a slot that nobody reads").isEmpty();
    }

    private static MovePlay bakingWithADeadStandby() {
        MovePlay play = stage.play(Moved.withStandby(Moved.request(), false));
        play.world().addStandbyOnC();
        play.driveToBaking();
        play.world().on(C).running = false;
        return play;
    }

    @Test
    void aRollbackLeavesADeadStandbyBehindWhenAPersonTakesThatUponThemselves() {
        MovePlay play = bakingWithADeadStandby();
        play.order(record -> play.orders().rollback(record, true, play.missing(), "its machine has burnt"));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ROLLED_BACK);
        assertThat(play.topology().replicas()).as("nobody reads there").isEmpty();
        assertThat(play.world().on(A).slots).as("a slot that nobody reads").isEmpty();
    }

    @Test
    void whatARollbackWouldHaveLeftBehindIsKeptWhenItIsGivenUp() {
        MovePlay play = bakingWithADeadStandby();
        play.order(record -> play.orders().rollback(record, true, play.missing(), "its machine has burnt"));
        play.failOnce("seal@node_b", Moment.AFTER, ErrorCode.INTERNAL);
        play.driveToBaking();

        assertThat(play.record().orders().standbysGivenUp()).isEmpty();
        assertThat(Standbys.waived(play.record())).isFalse();
    }

    @Test
    void aStandbyThatIsAwayAfterTheSwitchIsToldWhomToFollowDuringTheBake() {
        MovePlay play = synchronous();
        play.world().hook = (verb, moment) -> {
            boolean late = play.world().on(B).timeline == 2 && verb.equals("follow@node_c");
            if (late && moment == Moment.BEFORE && play.record().step().number() < MoveSteps.BAKE) {
                throw MoveDriverTest.failure(ErrorCode.NODE_UNREACHABLE, verb);
            }
        };
        play.driveUntil(() -> play.record().state() == MoveState.BAKING
                && play.world().on(C).settings.isEmpty());

        assertThat(play.history()).anyMatch(line -> line.event().contains("does not follow node_b yet"));
        assertThat(play.world().on(C).settings)
                .as("it follows for the time of the cutover by itself, and is told that this is for good")
                .isEmpty();
    }

    /** What its agent remembers of the way there would become the rollback's, whose undo would lead the standby to the old primary. */
    @Test
    void noRollbackBeginsBeforeTheStandbysAreToldThatTheyFollowForGood() {
        MovePlay play = synchronous();
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.BEFORE && play.world().on(B).timeline == 2 && verb.equals("follow@node_c")) {
                throw MoveDriverTest.failure(ErrorCode.NODE_UNREACHABLE, verb);
            }
        };
        play.driveToBaking();

        assertThat(play.missing()).containsOnlyKeys(C);
        assertThat(play.missing().get(C)).contains("for the time of the cutover only");
        play.world().hook = (verb, moment) -> {};
        play.driveUntil(() -> play.missing().isEmpty());

        play.order(record -> play.orders().rollback(record, true, play.missing(), ""));
        play.failOnce("seal@node_b", Moment.AFTER, ErrorCode.INTERNAL);
        play.driveToBaking();
        assertThat(play.world().on(C).follows).isEqualTo(B);
    }

    /** What it was told before the switch is for the cutover only, and taken back when the move is gone. */
    @Test
    void noMoveEndsBeforeItsStandbysAreToldThatTheyFollowForGood() {
        MovePlay play = synchronous();
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.BEFORE && play.world().on(B).timeline == 2 && verb.equals("follow@node_c")) {
                throw MoveDriverTest.failure(ErrorCode.NODE_UNREACHABLE, verb);
            }
        };
        play.driveToBaking();
        List<String> verbs = new CopyOnWriteArrayList<>();
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.AFTER) {
                verbs.add(verb);
            }
        };

        play.order(record -> play.orders().complete(record, true));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.COMPLETED);
        assertThat(verbs).contains("follow@node_c");
    }

    @Test
    void aStandbyThatIsLostWhileTheWayBackIsClosedIsGivenUpByAPerson() {
        MovePlay play = synchronous();
        play.driveToBaking();
        play.order(record -> play.orders().complete(record, true));
        play.world().on(C).running = false;
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.BEFORE && verb.equals("follow@node_c")) {
                throw MoveDriverTest.failure(ErrorCode.POSTGRES_FAILED, verb);
            }
        };
        play.driveUntil(() -> play.record().state() == MoveState.NEEDS_OPERATOR);

        assertThat(OperatorAdvice.on(play.record()).error())
                .extracting(Problem::hint)
                .asString()
                .contains("--end-bake --waive P41-standbys=REASON");
        play.order(record -> play.orders().complete(record, true, play.missing(), "its machine has burnt"));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.COMPLETED);
        assertThat(play.topology().replicas()).as("nobody reads there").isEmpty();
        assertThat(play.world().on(B).slots).as("a slot that nobody reads").isEmpty();
    }

    @Test
    void aFurtherStandbyIsMadeAndComesAlong() {
        MovePlay play = stage.play(Moved.withStandby(Moved.request(), true));
        play.driveToBaking();

        assertThat(play.world().on(C).follows).isEqualTo(B);
        assertThat(play.topology().replicas())
                .extracting(ShardTopology.Replica::node, ShardTopology.Replica::role)
                .contains(tuple(C, ShardTopology.ReplicaRole.READ));
        assertThat(play.world().on(B).slots).contains(slot(play));
        assertThat(play.missing()).isEmpty();

        play.order(record -> play.orders().rollback(record, true));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ROLLED_BACK);
        assertThat(play.world().on(C).follows).as("kept: it does no harm").isEqualTo(A);
        assertThat(play.world().violations()).isEmpty();
    }

    /** Otherwise the next move would take it for nobody's. */
    @Test
    void aFurtherStandbyIsShownAlsoWhenTheWayBackIsGivenUp() {
        MovePlay play = stage.play(Moved.withStandby(Moved.request(), true));
        play.world().userCommitsPastFork = 1;
        play.driveUntil(() -> play.record().state() == MoveState.NEEDS_OPERATOR);

        play.order(record -> play.orders().complete(record, true));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.COMPLETED);
        assertThat(play.topology().replicas())
                .extracting(ShardTopology.Replica::node, ShardTopology.Replica::role)
                .containsExactly(tuple(C, ShardTopology.ReplicaRole.READ));
    }

    @Test
    void aFailureAnywhereBeforeThePointOfNoReturnSetsAFurtherStandbyAside() {
        MovePlay sample = stage.play(Moved.withStandby(Moved.request(), true));
        List<String> verbs = new CopyOnWriteArrayList<>();
        sample.world().hook = (verb, moment) -> verbs.add(verb);
        sample.driveToBaking();
        sample.awaitBesides();
        List<String> before = verbs.subList(0, verbs.indexOf("promote@node_b")).stream()
                // what is asked beside the seal is asked again
                .filter(verb -> !verb.startsWith("await-replayed@"))
                .distinct()
                .toList();
        assertThat(before).contains("start-copy@node_c", "start-standby@node_c");

        for (String verb : before) {
            MovePlay play = stage.play(Moved.withStandby(Moved.request(), true));
            play.failOnce(verb, Moment.AFTER, ErrorCode.INTERNAL);
            play.drive();

            assertThat(play.record().state()).as(verb).isEqualTo(MoveState.ABORTED);
            assertThat(play.world().on(C).exists || play.world().on(C).staged)
                    .as(verb)
                    .isFalse();
            assertThat(play.leftovers()).as(verb).isEmpty();
            assertThat(play.world().violations()).isEmpty();
        }
    }
}
