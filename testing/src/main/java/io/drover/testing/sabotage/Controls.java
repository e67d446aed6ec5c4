/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import static io.drover.testing.checker.Check.K10_EQUALITY;
import static io.drover.testing.checker.Check.K1_NO_LOST_ACK;
import static io.drover.testing.checker.Check.K5_SINGLE_WRITER_SEEN;
import static io.drover.testing.checker.Check.K6_SINGLE_WRITER_TRUTH;
import static io.drover.testing.sabotage.Lever.AUDIT_OFF;
import static io.drover.testing.sabotage.Lever.DRAIN_NOT_AWAITED;
import static io.drover.testing.sabotage.Lever.EPOCHS_UNCHECKED;
import static io.drover.testing.sabotage.Lever.FORK_NOT_PROVEN;
import static io.drover.testing.sabotage.Lever.GUARD_CLEARED_AT_STOP;
import static io.drover.testing.sabotage.Lever.GUARD_OFF;
import static io.drover.testing.sabotage.Lever.OPEN_AT_STOP;
import static io.drover.testing.sabotage.Lever.REPLAY_NOT_AWAITED;
import static io.drover.testing.sabotage.Lever.SEAL_HOLDS_NOBODY;
import static io.drover.testing.sabotage.Lever.SEAL_SPARES_SESSIONS;
import static io.drover.testing.sabotage.Lever.SEAL_TRUSTS_ACTIVITY;
import static io.drover.testing.sabotage.Lever.STOP_LATE;
import static io.drover.testing.sabotage.Lever.TIMELINE_NOT_PROVEN;

import io.drover.api.TopologyState;
import io.drover.testing.checker.Check;
import io.drover.testing.cluster.ClusterController;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** All negative controls. */
final class Controls {
    /** What sessions commit meanwhile is sent to nobody. */
    private static final Duration UNSENT = Duration.ofMillis(200);

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final Set<Check> ROWS_OR_WAL = Set.of(K1_NO_LOST_ACK, K5_SINGLE_WRITER_SEEN, K6_SINGLE_WRITER_TRUTH);
    private static final String OF_ALL_KINDS =
            "past the kit: sessions whose commits wait for no standby, others that write late in a transaction, and logins that"
                    + " were begun before the fence and finish after PROMOTING";

    /** One script, so that one run without sabotage stands beside several with it. */
    private static final Control.Script ALL_KINDS = scene -> {
        scene.localCommits(2);
        scene.lateCommits(3);
        scene.heldLogins(3, TopologyState.PROMOTING);
    };

    static final List<Control> ALL = List.of(
            Control.of(
                    "N1",
                    "no server fence: the seal holds nobody",
                    Set.of(SEAL_HOLDS_NOBODY, STOP_LATE),
                    OF_ALL_KINDS,
                    ALL_KINDS,
                    ROWS_OR_WAL),
            Control.of(
                    "N2",
                    "no session is ended: the door is held, and who is in goes on",
                    Set.of(SEAL_SPARES_SESSIONS, STOP_LATE),
                    OF_ALL_KINDS,
                    ALL_KINDS,
                    ROWS_OR_WAL),
            Control.of(
                    "H75",
                    "the seal believes pg_stat_activity",
                    Set.of(SEAL_TRUSTS_ACTIVITY, STOP_LATE),
                    OF_ALL_KINDS,
                    ALL_KINDS,
                    ROWS_OR_WAL),
            Control.of(
                    "N3",
                    "promotion before the target has replayed L",
                    Set.of(REPLAY_NOT_AWAITED, FORK_NOT_PROVEN),
                    "sessions past the kit, and a walsender that is stopped while the seal holds the door",
                    Controls::stoppedWalsender,
                    ROWS_OR_WAL),
            Control.of(
                    "N6",
                    "promotion before FENCED is acknowledged, without seal and guard",
                    Set.of(DRAIN_NOT_AWAITED, SEAL_HOLDS_NOBODY, GUARD_OFF, STOP_LATE),
                    "transactions of the kit that are in flight when the fence is raised",
                    scene -> scene.slowTransactions(3),
                    ROWS_OR_WAL),
            Control.of(
                    "N7",
                    "the source is unsealed after PROMOTING",
                    Set.of(OPEN_AT_STOP),
                    OF_ALL_KINDS,
                    ALL_KINDS,
                    ROWS_OR_WAL),
            Control.of(
                    "N8",
                    "the guard is cleared on the old node while it runs, unsealed",
                    Set.of(SEAL_HOLDS_NOBODY, GUARD_CLEARED_AT_STOP),
                    "sessions past the kit whose commits wait for the target",
                    scene -> scene.synchronousCommits(3),
                    ROWS_OR_WAL),
            new Control(
                    "N10",
                    "the client takes a write of unknown fate for done",
                    Set.of(),
                    OF_ALL_KINDS,
                    ALL_KINDS,
                    Spoiled::unknownAsAcknowledged,
                    Set.of(K1_NO_LOST_ACK),
                    ""),
            Control.of(
                    "N14",
                    "the old WAL is not looked at before the rejoin",
                    Set.of(AUDIT_OFF),
                    "a person who commits on the sealed source after PROMOTING",
                    Planted::commit,
                    Set.of(K10_EQUALITY)),
            Control.of(
                    "N11",
                    "a leader that was held up writes over what has happened since (with N12: an old version of the topology)",
                    Set.of(EPOCHS_UNCHECKED, STOP_LATE),
                    "sessions past the kit; the leader is held before it writes PROMOTING until the source serves again, and no other"
                            + " controller lives",
                    Controls::heldLeader,
                    ROWS_OR_WAL),
            new Control(
                    "N13",
                    "the timeline rule is skipped",
                    Set.of(TIMELINE_NOT_PROVEN),
                    "the kit; the target dies in its promotion when standby.signal is gone and the timeline is still the old one",
                    Controls::tornPromotion,
                    UnaryOperator.identity(),
                    ROWS_OR_WAL,
                    "the target on the wrong timeline is stopped and a person has to look: nobody serves"));

    private Controls() {}

    /** The agent of the source lowers the fence meanwhile, because the budget is spent and no controller acts. */
    private static void heldLeader(ControlScene scene) {
        scene.localCommits(2);
        scene.request("\"maxWritePause\":\"1s\"");
        String leader = scene.probe().leader();
        scene.cluster().controllers().stream()
                .map(ClusterController::id)
                .filter(id -> !id.equals(leader))
                .forEach(scene.cluster()::kill);
        scene.holdAt(leader, "row-130/record/before", () -> {
            Waiting.until("the source serves again", LIMIT, () -> scene.probe().stored() == TopologyState.SERVING);
            scene.awaitWrites(20);
        });
    }

    private static void tornPromotion(ControlScene scene) {
        scene.localCommits(1);
        scene.holdAt(scene.target().value(), "promote/promotion/before", () -> {
            Path data = scene.cluster().dataDirectory(scene.target());
            long postmaster = Postmasters.of(data).orElseThrow();
            ProcessTable.signal(postmaster, "KILL");
            Waiting.until("the target is dead", LIMIT, () -> !ProcessTable.isAlive(postmaster));
            try {
                Files.deleteIfExists(data.resolve("standby.signal"));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot tear the promotion", e);
            }
        });
    }

    private static void stoppedWalsender(ControlScene scene) {
        scene.localCommits(3);
        scene.request("\"maxWritePause\":\"2s\"");
        // the seal lets every process go on before it holds the door, so nobody can be stopped earlier
        scene.holdAt(scene.source().value(), "seal/door/after", () -> {
            scene.signalSource("walsender", "STOP");
            Waiting.pause(UNSENT);
        });
        Runnable thaw = () -> scene.signalSource("walsender", "CONT");
        scene.when(TopologyState.ABORTING, thaw);
        scene.when(TopologyState.SERVING, thaw);
        scene.atTheEnd(thaw);
    }
}
