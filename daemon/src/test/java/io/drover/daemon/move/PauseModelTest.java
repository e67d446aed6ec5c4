/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drover.api.Lsn;
import io.drover.api.MoveRequest.Mode;
import io.drover.api.PausePrediction.Part;
import io.drover.daemon.move.EarlierPause.Measured;
import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.StandbyView;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each part of the predicted pause follows what it is said to follow. */
class PauseModelTest {
    private static final double MEBI = 1024.0 * 1024;
    private static final EarlierPause NOTHING = new EarlierPause(List.of());

    private Mode mode = Mode.SEALED;
    private RoundTrips.Typical trips = new RoundTrips.Typical(2, 3, 4, 25);
    private int sessions = 10;
    private double rest;
    private double walRate;
    private StandbyView lag = new StandbyView("streaming", 0, 0);
    private int participants = 2;
    private EarlierPause earlier = NOTHING;

    private List<Part> parts() {
        return new PauseModel(
                        mode,
                        trips,
                        new ActivityView(new Lsn(1), sessions, List.of()),
                        rest,
                        walRate,
                        lag,
                        participants,
                        Duration.ofMillis(500),
                        earlier)
                .parts();
    }

    private Part part(String name) {
        return parts().stream()
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private double millis(String name) {
        return part(name).millis();
    }

    private void measured(String phase, double millis) {
        earlier = new EarlierPause(List.of(new Measured(phase, millis, millis, "move m")));
    }

    @Test
    void hasThePhasesOfThePause() {
        assertThat(parts())
                .extracting(Part::name)
                .containsExactly("fence", "drain", "seal", "final sync", "point of no return", "promotion", "publish");
        mode = Mode.STRICT;
        assertThat(parts())
                .extracting(Part::name)
                .containsExactly(
                        "fence",
                        "drain",
                        "seal",
                        "stop and tail",
                        "final sync",
                        "point of no return",
                        "promotion",
                        "publish");
    }

    @Test
    void aShutdownInOrderHasItsPartsAndTheLongerPromotionBehindIt() {
        double aligned = millis("promotion");
        mode = Mode.CLEAN_STOP;
        assertThat(parts())
                .extracting(Part::name)
                .containsExactly(
                        "fence",
                        "drain",
                        "seal",
                        "clean stop",
                        "tail and archive",
                        "final sync",
                        "point of no return",
                        "promotion",
                        "publish");
        assertThat(millis("promotion") - aligned)
                .isCloseTo(PauseModel.COPYING_PROMOTION_MILLIS - PauseModel.USUAL_PROMOTION_MILLIS, within(0.1));
        sessions = 0;
        double idle = millis("clean stop");
        sessions = 400;
        assertThat(millis("clean stop") - idle).isCloseTo(260, within(0.1));
        measured("clean stop", 900);
        assertThat(millis("clean stop")).isEqualTo(900);
    }

    @Test
    void bothWritesTakeWhatARehearsedOneTakes() {
        assertThat(millis("fence")).isEqualTo(2);
        assertThat(millis("point of no return")).isEqualTo(2);
        assertThat(part("fence").from()).contains("rehearsed 25 times");
    }

    @Test
    void theDrainFollowsTheOpenTransactionsUpToItsLimit() {
        assertThat(millis("drain")).isEqualTo(4);
        rest = 120;
        assertThat(millis("drain")).isEqualTo(124);
        rest = 4_000;
        assertThat(millis("drain")).isEqualTo(500);
        assertThat(part("drain").from()).contains("drainTimeout", "4000 ms");
        participants = 0;
        assertThat(millis("drain")).isZero();
    }

    @Test
    void theShortestMeasuredDrainCountsWhenItWasLonger() {
        earlier = new EarlierPause(List.of(new Measured("drain", 90, 60, "move m")));
        assertThat(millis("drain")).isEqualTo(60);
        assertThat(part("drain").from()).isEqualTo("at least, measured by move m");
        rest = 90;
        assertThat(millis("drain")).isEqualTo(94);
        measured("drain", 900);
        assertThat(millis("drain")).isEqualTo(500);
    }

    @Test
    void theSealFollowsTheSessionsAndTheWayToTheSource() {
        double few = millis("seal");
        sessions = 410;
        assertThat(millis("seal") - few).isCloseTo(24, within(0.1));
        double near = millis("seal");
        trips = new RoundTrips.Typical(2, 53, 4, 25);
        assertThat(millis("seal") - near).isCloseTo(50, within(0.1));
        measured("seal", 200);
        assertThat(millis("seal")).isEqualTo(200);
    }

    @Test
    void aHaltFollowsTheSessions() {
        mode = Mode.STRICT;
        sessions = 0;
        double idle = millis("stop and tail");
        sessions = 400;
        assertThat(millis("stop and tail") - idle).isCloseTo(24, within(0.1));
    }

    @Test
    void theFinalSyncFollowsTheLagThatIsLeftBehindTheSealAtTheSpeedThatTheStandbyIsKnownToKeepUpWith() {
        assertThat(millis("final sync")).isZero();
        lag = new StandbyView("streaming", 1, 700);
        assertThat(millis("final sync")).isZero();
        double besides = trips.target() - millis("seal");
        lag = new StandbyView("streaming", (long) (32 * MEBI), 1);
        assertThat(millis("final sync")).isCloseTo(2000 + besides, within(0.1));
        walRate = 64 * MEBI;
        assertThat(millis("final sync")).isCloseTo(500 + besides, within(0.1));
        assertThat(part("final sync").from()).contains("67108864 bytes of WAL a second");
    }

    @Test
    void promotionAndPublicationAreTakenFromTheLastOneThatWasMeasured() {
        assertThat(millis("promotion")).isEqualTo(24);
        assertThat(part("promotion").from()).contains("assumed");
        measured("promotion", 9);
        assertThat(millis("promotion")).isEqualTo(9);
        assertThat(millis("publish")).isEqualTo(9);
    }
}
