/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.MoveDriverTest.assertServing;
import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move.HistoryEntry;
import io.drover.daemon.move.FakeWorld.Moment;
import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.OpenTransaction;
import io.drover.topology.Registration;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How often the pause is rehearsed before the fence, and how long the clients are listened to, by a clock that the test moves. */
class RehearsalTest {
    private static final Duration NO_TIME = Duration.ZERO;
    private static final int TRANSACTION_MILLIS = 200;

    private static MoveStage stage;

    private final PassedTime time = new PassedTime();

    @BeforeAll
    static void openStage() {
        stage = new MoveStage();
    }

    @AfterAll
    static void closeStage() throws IOException {
        stage.close();
    }

    /** How often the source's agent was asked to rehearse in row 75 and, behind the guard, in row 95. */
    private record Rounds(int arming, int sealing) {}

    /** Moves, and lets each rehearsal take so long on its way to the source. */
    private Rounds move(MovePlay play, Duration trip) {
        List<Boolean> guarded = Collections.synchronizedList(new ArrayList<>());
        boolean[] behindTheGuard = {false};
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.AFTER) {
                return;
            }
            if (verb.equals("prepare-seal@node_a")) {
                behindTheGuard[0] = true;
            } else if (verb.equals("rehearse@node_a")) {
                guarded.add(behindTheGuard[0]);
                time.pass(trip);
            }
        };
        play.driveToBaking();
        assertServing(play, B);
        return new Rounds(Collections.frequency(guarded, false), Collections.frequency(guarded, true));
    }

    /** Four seconds in row 75, 0.2 with commits that wait: no round begins after that. */
    @Test
    void slowRoundTripsEndTheRehearsalAtItsLimit() {
        assertThat(move(stage.play(time, Rehearsals.usual()), Duration.ofMillis(30)))
                .isEqualTo(new Rounds(134, 7));
    }

    @Test
    void howLongARoundTripTakesIsFoundOutHoweverSlowItIs() {
        MovePlay play = stage.play(time, Rehearsals.usual());

        assertThat(move(play, Duration.ofSeconds(3))).isEqualTo(new Rounds(5, 5));
        assertThat(play.record().forward().prediction().parts())
                .filteredOn(part -> part.name().equals("seal"))
                .singleElement()
                .satisfies(part -> assertThat(part.millis()).isBetween(3_000.0, 3_100.0));
    }

    @Test
    void whoHasRehearsedForOneMoveRehearsesLessForTheNext() {
        Rehearsals controller = Rehearsals.of(30, 8);
        MovePlay first = stage.play(time, controller);
        assertThat(move(first, NO_TIME)).isEqualTo(new Rounds(30, 8));

        assertThat(move(withTheAgentsOf(first, controller), NO_TIME)).isEqualTo(new Rounds(8, 8));
    }

    @Test
    void whoWasRestartedSinceRehearsesAsOftenAsAtFirst() {
        Rehearsals controller = Rehearsals.of(30, 8);
        MovePlay first = stage.play(time, controller);
        move(first, NO_TIME);

        MovePlay newSource = withTheAgentsOf(first, controller);
        newSource.world().on(A).rehearsed = 0;
        assertThat(move(newSource, NO_TIME)).isEqualTo(new Rounds(30, 8));

        MovePlay youngTarget = withTheAgentsOf(first, controller);
        youngTarget.world().on(B).rehearsed = 20;
        assertThat(move(youngTarget, NO_TIME)).isEqualTo(new Rounds(10, 8));

        assertThat(move(withTheAgentsOf(first, Rehearsals.of(30, 8)), NO_TIME)).isEqualTo(new Rounds(30, 8));
    }

    private MovePlay withTheAgentsOf(MovePlay earlier, Rehearsals controller) {
        MovePlay play = stage.play(time, controller);
        for (var node : List.of(A, B)) {
            play.world().on(node).rehearsed = earlier.world().on(node).rehearsed;
        }
        return play;
    }

    /**
     * A session's transactions of 200 ms follow one another; when the prediction looks, one is 50 ms old. Who has not listened takes it
     * to be in its middle.
     */
    @Test
    void theDrainIsToldByTransactionsThatWereHeardToEnd() {
        assertThat(drainToldBy(Rehearsals.usual(), 5_500 - 50)).isEqualTo("drain 90.0");
    }

    @Test
    void whoDoesNotListenTakesATransactionToBeInItsMiddle() {
        assertThat(drainToldBy(Rehearsals.of(5, 5), 5_000 - 50)).isEqualTo("drain 50.0");
    }

    /** What row 75 tells of the drain, when one of the transactions begins at a time. */
    private String drainToldBy(Rehearsals rehearsals, long begin) {
        MovePlay play = stage.play(time, rehearsals);
        play.world().activity = () -> {
            long since = time.millis() - begin + 100L * TRANSACTION_MILLIS;
            return new ActivityView(
                    FakeWorld.END,
                    1,
                    List.of(new OpenTransaction(7, since / TRANSACTION_MILLIS, since % TRANSACTION_MILLIS)));
        };
        try (Registration client = play.silentClient("busy")) {
            assertThat(client.session()).isNotZero();
            // five seconds of rehearsals before row 75 listens
            assertThat(move(play, Duration.ofSeconds(1)).arming()).isEqualTo(5);
        }
        String told = play.history().stream()
                .filter(entry -> entry.step() == MoveSteps.ARM)
                .map(HistoryEntry::event)
                .filter(event -> event.startsWith("predicts "))
                .findFirst()
                .orElseThrow();
        return told.replaceAll(".*(drain [0-9.]+),.*", "$1");
    }

    /** A hundred times a second, for half a second, and not longer. */
    @Test
    void listeningEnds() {
        List<Long> looks = Collections.synchronizedList(new ArrayList<>());
        MovePlay play = stage.play(time, Rehearsals.usual());
        play.world().activity = () -> {
            looks.add(time.millis());
            return new ActivityView(FakeWorld.END, 0, List.of());
        };
        move(play, Duration.ofSeconds(1));

        // from the end of the fifth round on
        assertThat(looks.stream().filter(at -> at >= 5_000 && at < 5_500)).hasSize(50);
        // row 95 looks when its five rounds are over, and does not listen
        assertThat(looks.stream().filter(at -> at > 5_500)).containsOnly(10_500L);
    }
}
