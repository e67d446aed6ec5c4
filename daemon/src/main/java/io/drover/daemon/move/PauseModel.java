/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.MoveRequest.Mode;
import io.drover.api.PausePrediction.Part;
import io.drover.daemon.move.EarlierPause.Measured;
import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.StandbyView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How long each part of the pause will take, from what is known before the fence. Where a rule and something measured both tell, the
 * longer of them counts: a cutover that is put off costs less than one that is broken off while clients wait.
 */
record PauseModel(
        Mode mode,
        RoundTrips.Typical trips,
        ActivityView activity,
        double restMillis,
        double walBytesPerSecond,
        StandbyView lag,
        int participants,
        Duration drainTimeout,
        EarlierPause earlier) {
    /** What a promotion with an aligned WAL tail usually takes, where none was measured yet. */
    static final double USUAL_PROMOTION_MILLIS = 20;

    /** Behind a shutdown checkpoint the last segment is copied to the new timeline. */
    static final double COPYING_PROMOTION_MILLIS = 120;

    static final double USUAL_PUBLICATION_MILLIS = 5;

    /** Door, sessions and the end of the WAL, without the sessions' number. */
    private static final double SEAL_MILLIS = 5;
    /** 400 sessions are stopped where they stand in 24 ms. */
    private static final double SEAL_SESSION_MILLIS = 0.06;
    /** Strict: every process is killed and seen past its last instruction, and the end of the WAL is read; 10 to 13 ms with the way there. */
    private static final double HALT_MILLIS = 4;
    /** What is held needs two signals and is not waited for. */
    private static final double HALT_SESSION_MILLIS = 0.06;
    /** A shutdown ends each of 400 sessions in this time. */
    private static final double STOP_SESSION_MILLIS = 0.65;
    /** Clean-stop: a shutdown with its checkpoint, where another checkpoint was a moment ago. */
    private static final double CLEAN_STOP_MILLIS = 60;
    /** Three programs read the control file, the tail of the WAL and whether the server archives. */
    private static final double TAIL_MILLIS = 40;
    /** What any standby replays; one that keeps up with more is that fast at least. */
    private static final double LEAST_REPLAY_BYTES_PER_SECOND = 16.0 * 1024 * 1024;

    /** Clients hear of the fence, and write that they have heard. */
    private static final double DRAIN_TRIPS = 2;

    private static final double MILLIS_PER_SECOND = 1000;

    /** The parts, in the order of the pause. */
    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        parts.add(write(MoveSteps.FENCE, "fence"));
        parts.add(drain());
        Part seal = seal();
        parts.add(seal);
        if (mode == Mode.STRICT) {
            parts.add(stopAndTail());
        } else if (mode == Mode.CLEAN_STOP) {
            parts.add(cleanStop());
            parts.add(tailAndArchive());
        }
        parts.add(finalSync(seal.millis()));
        parts.add(write(MoveSteps.COMMIT, "point of no return"));
        parts.add(usually(
                MoveSteps.PROMOTE,
                "promotion",
                mode == Mode.CLEAN_STOP ? COPYING_PROMOTION_MILLIS : USUAL_PROMOTION_MILLIS));
        parts.add(usually(MoveSteps.PUBLISH, "publish", USUAL_PUBLICATION_MILLIS));
        return List.copyOf(parts);
    }

    private Part write(int step, String name) {
        return new Part(
                step, name, trips.zooKeeper(), "a ZooKeeper transaction, rehearsed " + trips.rehearsals() + " times");
    }

    /** Earlier ones tell what transactions do not, such as how long applications keep a connection without one: the shortest of them does. */
    private Part drain() {
        if (participants == 0) {
            return new Part(MoveSteps.FENCE, "drain", 0, "no client takes part");
        }
        double live = restMillis + DRAIN_TRIPS * trips.zooKeeper();
        Optional<Measured> least = earlier.phase("drain").filter(measured -> measured.least() > live);
        String from = least.map(measured -> "at least, measured by " + measured.from())
                .orElseGet(() -> String.format(
                        Locale.ROOT,
                        "%.0f ms until the open transactions of %d sessions have ended, the oldest being %.0f ms old",
                        restMillis,
                        activity.sessions(),
                        activity.oldestMillis()));
        double millis = least.map(Measured::least).orElse(live);
        return millis <= drainTimeout.toMillis()
                ? new Part(MoveSteps.FENCE, "drain", millis, from)
                : new Part(MoveSteps.FENCE, "drain", drainTimeout.toMillis(), "drainTimeout; " + from);
    }

    private Part seal() {
        return longer(
                MoveSteps.SEAL,
                "seal",
                trips.source() + SEAL_MILLIS + activity.sessions() * SEAL_SESSION_MILLIS,
                "the source's agent rehearsed, " + activity.sessions() + " sessions");
    }

    private Part stopAndTail() {
        return longer(
                MoveSteps.SEAL,
                "stop and tail",
                trips.source() + HALT_MILLIS + activity.sessions() * HALT_SESSION_MILLIS,
                "the source's agent rehearsed, " + activity.sessions() + " sessions");
    }

    private Part cleanStop() {
        return longer(
                MoveSteps.SEAL,
                "clean stop",
                trips.source() + trips.target() + CLEAN_STOP_MILLIS + activity.sessions() * STOP_SESSION_MILLIS,
                "both agents rehearsed, a shutdown checkpoint, " + activity.sessions() + " sessions");
    }

    private Part tailAndArchive() {
        return longer(
                MoveSteps.SEAL,
                "tail and archive",
                2 * trips.source() + TAIL_MILLIS,
                "the source's agent rehearsed, " + TAIL_MILLIS + " ms assumed");
    }

    /**
     * What earlier pauses took for this tells little: it is the lag of now that has to be replayed. The target is asked beside the seal,
     * and goes on with its replay meanwhile. PostgreSQL's replay_lag does not count: it tells how old was what came last, not how long the rest takes.
     */
    private Part finalSync(double sealMillis) {
        double speed = Math.max(walBytesPerSecond, LEAST_REPLAY_BYTES_PER_SECOND);
        double replay = lag.lagBytes() / speed * MILLIS_PER_SECOND;
        return new Part(
                MoveSteps.SYNC,
                "final sync",
                Math.max(0, trips.target() + replay - sealMillis),
                String.format(
                        Locale.ROOT,
                        "beside the seal, the target's agent rehearsed, %d bytes behind, %.0f bytes of WAL a second",
                        lag.lagBytes(),
                        walBytesPerSecond));
    }

    /** Nothing that is seen before the fence tells how long it takes, but for the way to the agent. */
    private Part usually(int step, String name, double millis) {
        Optional<Measured> measured = earlier.phase(name);
        return measured.isPresent()
                ? of(step, measured.orElseThrow())
                : new Part(
                        step, name, trips.target() + millis, "the target's agent rehearsed, " + millis + " ms assumed");
    }

    private Part longer(int step, String name, double millis, String from) {
        return earlier.phase(name)
                .filter(measured -> measured.millis() > millis)
                .map(measured -> of(step, measured))
                .orElseGet(() -> new Part(step, name, millis, from));
    }

    private static Part of(int step, Measured measured) {
        return new Part(step, measured.phase(), measured.millis(), "measured by " + measured.from());
    }
}
