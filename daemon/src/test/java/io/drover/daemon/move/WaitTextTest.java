/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.B;
import static io.drover.daemon.move.Moved.C;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Blocker.Kind;
import io.drover.api.ErrorCode;
import io.drover.api.Move.HistoryEntry;
import io.drover.api.MoveState;
import io.drover.api.agent.Reports.JobState;
import io.drover.daemon.move.FakeWorld.Moment;
import io.drover.replication.InstanceMonitor.StandbyView;
import io.drover.topology.Registration;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a move says that it waits for: always what, since when, and what a person can do. */
class WaitTextTest {
    private static final String SINCE = "(?s).*, since 20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z.*";
    private static final Pattern LATER_TRY =
            Pattern.compile("step 30 slot, since [^ ]+: try (?:[3-9]|[1-9][0-9]+) failed ");

    private static MoveStage stage;

    @BeforeAll
    static void openStage() {
        stage = new MoveStage();
    }

    @AfterAll
    static void closeStage() throws IOException {
        stage.close();
    }

    private static void assertWhole(String text) {
        assertThat(text).matches(SINCE).contains("bin/drover ");
    }

    // ---- every row, every command ----

    /** What is said while an agent works at a command, by the verb and the node. */
    private record Heard(String command, int row, String text) {}

    private static List<Heard> listen(MovePlay play) {
        // a command that was sent beside a row may still be on its way
        List<Heard> heard = new CopyOnWriteArrayList<>();
        play.world().hook = (verb, moment) -> {
            int row = play.observer().started.isEmpty()
                    ? 0
                    : play.observer().started.get(play.observer().started.size() - 1);
            heard.add(new Heard(verb, row, play.waitingFor()));
        };
        return heard;
    }

    @Test
    void everyCommandOfEveryRowIsSaidWithItsNodeSinceWhenAndWhatToDo() {
        MovePlay play = stage.play(Moved.withStandby(Moved.request(), true));
        List<Heard> heard = listen(play);
        play.driveToBaking();
        play.order(record -> play.orders().complete(record, true));
        play.drive();

        Set<Integer> rows = new TreeSet<>();
        // what is sent beside a row is not what the row waits for
        heard.stream()
                .filter(each -> !each.command().startsWith("await-replayed@"))
                .forEach(each -> {
                    rows.add(each.row());
                    assertWhole(each.text());
                    assertThat(each.text()).as(each.command()).contains("node_");
                });
        assertThat(rows).containsExactly(30, 40, 50, 55, 60, 75, 78, 80, 90, 95, 110, 140, 160, 180);
        assertThat(heard)
                .filteredOn(each -> each.command().equals("start-standby@node_b"))
                .extracting(Heard::text)
                .allSatisfy(text -> assertThat(text)
                        .startsWith("node node_b to answer start-standby of step 50 standby")
                        .contains("for at most 60 s", "bin/drover abort "));
        assertThat(heard)
                .filteredOn(each -> each.row() > MoveSteps.COMMIT)
                .extracting(Heard::text)
                .allSatisfy(text -> assertThat(text).doesNotContain("bin/drover abort"));
    }

    @Test
    void everyCommandOfAnUndoAndOfARollbackIsSaidToo() {
        MovePlay play = stage.play(Moved.withStandby(Moved.request(), true));
        play.failOnce("seal@node_a", Moment.AFTER, ErrorCode.INTERNAL);
        var failing = play.world().hook;
        List<Heard> heard = listen(play);
        var listening = play.world().hook;
        play.world().hook = (verb, moment) -> {
            listening.accept(verb, moment);
            failing.accept(verb, moment);
        };
        play.drive();
        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);

        MovePlay back = stage.play(Moved.withStandby(Moved.request(), true));
        back.driveToBaking();
        back.order(record -> back.orders().rollback(record, true));
        List<Heard> onTheWayBack = listen(back);
        back.drive();
        assertThat(back.record().state()).isEqualTo(MoveState.ROLLED_BACK);

        assertThat(heard).extracting(Heard::command).contains("restore-settings@node_c", "set-aside@node_c");
        assertThat(onTheWayBack).extracting(Heard::command).contains("follow@node_c");
        Stream.concat(heard.stream(), onTheWayBack.stream()).forEach(each -> assertWhole(each.text()));
    }

    @Test
    void betweenTwoWaitsAndOnAControllerThatDoesNotDriveItIsSaidWhereTheMoveStands() {
        for (Scenes.Scene scene : Scenes.ALL) {
            String text = WaitText.of(scene.record(), new LiveView());
            if (scene.over()) {
                assertThat(text).as(scene.name()).isNull();
            } else {
                assertWhole(String.valueOf(text));
            }
        }
    }

    // ---- waits with a subject of their own ----

    /**
     * One of them.
     *
     * @param move the move that gets into it
     * @param names what the text has to name
     */
    private record Situation(String subject, Supplier<MoveIdentity> move, Consumer<MovePlay> made, List<String> names) {
        @Override
        public String toString() {
            return subject;
        }
    }

    private static Situation when(String subject, Consumer<MovePlay> made, String... names) {
        return new Situation(subject, Moved::identity, made, List.of(names));
    }

    /** Of a move that makes a standby on node_c, or leads one along. */
    private static Situation whenStandby(boolean made, String subject, Consumer<MovePlay> then, String... names) {
        return new Situation(subject, () -> Moved.withStandby(Moved.request(), made), then, List.of(names));
    }

    private static Stream<Situation> situations() {
        return Stream.of(
                when(
                        "the base backup from node_a to node_b",
                        play -> after(
                                play, "start-copy@node_b", () -> play.world().on(B).job = JobState.RUNNING),
                        "100 bytes",
                        "5 min",
                        "bin/drover abort"),
                whenStandby(
                        true,
                        "the copy for the standby on node_c",
                        play -> after(
                                play, "start-copy@node_c", () -> play.world().on(C).job = JobState.RUNNING),
                        "bin/drover abort"),
                whenStandby(
                        true,
                        "the standby on node_c to stream from node_b",
                        play -> after(
                                play, "start-standby@node_c", () -> play.world().on(C).standby = false),
                        "it does not stream",
                        "for at most 10 min: then the step fails",
                        "the server's log on node_c",
                        "bin/drover abort"),
                whenStandby(
                        false,
                        "the standby on node_c to stream from node_b",
                        play -> {
                            play.world().addStandbyOnC();
                            after(play, "follow@node_c", () -> play.world().on(C).standby = false);
                        },
                        "it does not stream",
                        "for at most 2 min: then the step fails",
                        "the server's log on node_c",
                        "bin/drover abort"),
                when(
                        "replay on node_b to catch up with node_a",
                        play -> play.world().stream = () -> Optional.of(new StandbyView("streaming", 99_999_999, 1234)),
                        "99999999 bytes and 1234 ms behind",
                        "bin/drover abort"),
                when(
                        "replay on node_b to catch up with node_a",
                        play -> play.world().stream = Optional::empty,
                        "node_a sees no stream of node_b",
                        "log on node_b"),
                when(
                        "what stands in the way on node_a to end",
                        play -> play.world().blockers =
                                () -> List.of(BlockerRadarTest.session(Kind.LONG_TRANSACTION, 7)),
                        "long-transaction process 7 of app in app (psql): active, for 90 s",
                        "for at most 15 min: then the cutover is undone",
                        "end it with pg_terminate_backend",
                        "bin/drover abort"),
                when(
                        "the old primary on node_a to rejoin",
                        play -> after(play, "rejoin@node_a", () -> play.world().on(A).job = JobState.RUNNING),
                        "for at most 12 h",
                        "--end-bake"),
                when(
                        "the rollback replica on node_a to stream from node_b",
                        play -> after(play, "rejoin@node_a", () -> play.world().stream = Optional::empty),
                        "node_b sees no stream of the replica on node_a",
                        "for at most 5 min",
                        "log on node_a"),
                when(
                        "a person to complete the move or to roll it back",
                        play -> {},
                        "it bakes until 20",
                        "the way back is",
                        "bin/drover complete",
                        "bin/drover rollback"),
                when(
                        "a person to complete the move or to roll it back",
                        play -> after(play, "drop-slot@node_a", play::registerAndLeave),
                        "the way back is not ready: the replica on node_a streams, but its agent is not there"),
                when(
                        "a person to complete the move or to roll it back",
                        play -> after(play, "drop-slot@node_a", () -> play.world().stream = Optional::empty),
                        "the way back is not ready: node_b sees no stream of the replica on node_a"));
    }

    private static void after(MovePlay play, String verb, Runnable then) {
        play.world().hook = (sent, moment) -> {
            if (sent.equals(verb) && moment == Moment.AFTER) {
                then.run();
            }
        };
    }

    /** Drives until the move says something that contains all of this. */
    private static String heard(MovePlay play, String subject, List<String> names) {
        return heard(play, now -> now.startsWith(subject) && names.stream().allMatch(now::contains));
    }

    private static String heard(MovePlay play, Predicate<String> wanted) {
        String[] heard = {""};
        play.driveUntil(() -> {
            String now = play.waitingFor();
            boolean found = wanted.test(now);
            heard[0] = found ? now : heard[0];
            return found;
        });
        return heard[0];
    }

    @ParameterizedTest
    @MethodSource("situations")
    void namesItsSubjectHowItStandsSinceWhenAndWhatToDo(Situation situation) {
        MovePlay play = stage.play(situation.move().get());
        situation.made().accept(play);

        assertWhole(heard(play, situation.subject(), situation.names()));
    }

    @Test
    void aWaitForApprovalNamesTheCommandsAndTheDeadline() {
        Instant deadline = Instant.now().plusSeconds(3600);
        MovePlay play = stage.play(Moved.identity(Moved.approvedRequest(), deadline));

        String text = heard(play, "approval of the cutover", List.of("until the deadline " + WaitText.time(deadline)));

        assertWhole(text);
        assertThat(text)
                .contains(
                        "bin/drover approve " + play.record().identity().id(), "bin/drover drill", "bin/drover abort");
    }

    @Test
    void aPausedMoveSaysSinceWhenItIsPausedAndHowItGoesOn() {
        MovePlay play = stage.play(Moved.identity(Moved.approvedRequest(), null));
        String[] text = {""};
        play.driveUntil(() -> {
            String now = play.waitingFor();
            if (now.startsWith("approval") && !play.record().orders().approved()) {
                play.order(play.orders()::pause, MoveOrders.PAUSED);
                play.order(play.orders()::approve);
            }
            boolean held = now.startsWith("a person to resume it");
            text[0] = held ? now : text[0];
            return held;
        });

        Instant paused = play.history().stream()
                .filter(line -> line.event().equals(MoveOrders.PAUSED))
                .map(HistoryEntry::at)
                .findFirst()
                .orElseThrow();
        assertThat(text[0])
                .contains("since " + WaitText.time(paused), "before step 75", "bin/drover resume", "bin/drover abort");
    }

    @Test
    void clientsThatAreNotWarmAreNamed() {
        MovePlay play = stage.play();
        try (Registration cold = play.coldClient("sleepy")) {
            assertThat(cold.session()).isNotZero();
            assertWhole(heard(play, "the clients' pools to node_b", List.of("sleepy", "15 s", "without them")));
        }
    }

    // ---- what fails and is tried again ----

    @Test
    void aRetryShowsTheLastFailureTheNextTryAndTheEnd() {
        MovePlay play = stage.play();
        play.world().hook = (verb, moment) -> {
            if (verb.equals("create-slot@node_a") && moment == Moment.BEFORE) {
                throw MoveDriverTest.failure(ErrorCode.NODE_UNREACHABLE, "agent of node_a");
            }
        };

        // each is said for a moment only: a slow machine sees a later one
        String text = heard(play, now -> LATER_TRY.matcher(now).lookingAt());

        assertWhole(text);
        assertThat(text)
                .contains(
                        "NODE_UNREACHABLE",
                        "agent of node_a",
                        "tried again at once, until 20",
                        "then the move is undone")
                .contains("bin/drover abort");
        assertThat(play.history())
                .extracting(HistoryEntry::event)
                .as("said once, not at every try")
                .filteredOn(event -> event.contains("failed and is repeated"))
                .singleElement()
                .asString()
                .contains("step 30 slot: try 1", "agent of node_a");
    }

    @Test
    void aTryThatWorksSaysWhatItWaitsForAndNotWhatHadFailed() {
        MovePlay play = stage.play();
        boolean[] failed = {false};
        play.world().hook = (verb, moment) -> {
            if (verb.equals("start-standby@node_b") && moment == Moment.AFTER) {
                play.world().stream = () -> Optional.of(new StandbyView("streaming", 99_999_999, 1234));
                if (!failed[0]) {
                    failed[0] = true;
                    throw MoveDriverTest.failure(ErrorCode.NODE_UNREACHABLE, "agent of node_b");
                }
            }
        };

        String text = heard(play, "replay on node_b to catch up", List.of("99999999 bytes"));

        assertWhole(text);
        assertThat(text).doesNotContain("agent of node_b");
        assertThat(failed[0]).isTrue();
    }

    @Test
    void aRollbackThatFailsSaysThatTheMoveBakesAgain() {
        MovePlay play = stage.play();
        play.driveToBaking();
        play.order(record -> play.orders().rollback(record, true));
        play.world().hook = (verb, moment) -> {
            if (verb.startsWith("checkpoint@") && moment == Moment.BEFORE) {
                throw MoveDriverTest.failure(ErrorCode.NODE_UNREACHABLE, "agent");
            }
        };

        assertWhole(heard(
                play,
                "step 75 prepare cutover",
                List.of("then the rollback is given up, and the move bakes again on node_b", "bin/drover abort")));
    }

    @Test
    void aWaitOfAnotherRowIsNotSaidOfThisOne() {
        LiveView live = new LiveView();
        live.awaited(MoveSteps.BAKE, Wait.of("a person to complete the move", "bin/drover complete"));
        MoveRecord reversing = Scenes.ALL.stream()
                .map(Scenes.Scene::record)
                .filter(record -> record.state() == MoveState.REVERSING)
                .findFirst()
                .orElseThrow();

        assertThat(WaitText.of(reversing, live)).doesNotContain("a person to complete");
    }

    @Test
    void theHistorySaysAtWhichTryItSucceeded() {
        MovePlay play = stage.play();
        play.failOnce("start-standby@node_b", Moment.BEFORE, ErrorCode.NODE_UNREACHABLE);
        play.driveToBaking();

        assertThat(play.history()).extracting(HistoryEntry::event).contains("step 50 standby succeeded at try 2");
    }

    @Test
    void aRetryInThePauseIsToldWithTheNextWrite() {
        MovePlay play = stage.play();
        play.failOnce("promote@node_b", Moment.BEFORE, ErrorCode.NODE_UNREACHABLE);
        play.driveToBaking();

        List<String> events = play.history().stream().map(HistoryEntry::event).toList();
        int failed = indexOf(events, "step 140 promotion: try 1 failed");
        assertThat(indexOf(events, "SERVING on node_b")).isGreaterThan(failed);
        assertThat(indexOf(events, "step 140 promotion succeeded at try 2")).isGreaterThan(failed);
    }

    private static int indexOf(List<String> events, String begin) {
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).startsWith(begin)) {
                return i;
            }
        }
        throw new AssertionError("no " + begin + " in " + events);
    }

    @Test
    void anArchiveThatRefusesIsNamedWithWhatToDo() {
        MovePlay play = stage.play();
        play.world().unarchived = List.of("000000010000000000000005");

        String text = heard(play, "step 160 old primary", List.of("000000010000000000000005"));

        assertWhole(text);
        assertThat(text).contains("mend archive_command on node_a", "then the move needs a person");
    }

    // ---- errors ----

    @Test
    void aFailureWithoutAHintGetsOneThatNamesTheNextCommand() {
        MovePlay play = stage.play();
        play.failOnce("count-rows@node_b", Moment.BEFORE, ErrorCode.INTERNAL);
        play.drive();

        assertThat(play.record().error().hint()).contains("bin/drover move shard_01 --to node_b");
    }

    @Test
    void aMoveWhoseUndoNeededAPersonSaysInTheEndWhyItWasUndone() {
        MovePlay play = stage.play();
        boolean[] broken = {true};
        play.world().hook = (verb, moment) -> {
            if (verb.equals("count-rows@node_b") && moment == Moment.BEFORE) {
                throw MoveDriverTest.failure(ErrorCode.INTERNAL, "the count");
            }
            if (broken[0] && verb.equals("set-aside@node_b")) {
                throw MoveDriverTest.failure(ErrorCode.POSTGRES_FAILED, "the renaming");
            }
        };
        play.drive();
        assertThat(play.record().state()).isEqualTo(MoveState.NEEDS_OPERATOR);
        assertThat(play.record().error().detail()).contains("the renaming");
        assertThat(play.waitingFor()).startsWith("a person").contains("bin/drover resume");

        broken[0] = false;
        play.order(play.orders()::resume);
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(play.record().error().detail()).contains("the count");
        assertThat(play.leftovers()).isEmpty();
    }
}
