/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import static io.drover.testing.checker.Check.K10_EQUALITY;
import static io.drover.testing.checker.Check.K1_NO_LOST_ACK;
import static io.drover.testing.checker.Check.K5_SINGLE_WRITER_SEEN;
import static io.drover.testing.checker.Check.K6_SINGLE_WRITER_TRUTH;
import static io.drover.testing.sabotage.Lever.AUDIT_OFF;
import static io.drover.testing.sabotage.Lever.DRAIN_NOT_AWAITED;
import static io.drover.testing.sabotage.Lever.EPOCHS_FORGOTTEN;
import static io.drover.testing.sabotage.Lever.FORK_NOT_PROVEN;
import static io.drover.testing.sabotage.Lever.GUARD_CLEARED_AT_STOP;
import static io.drover.testing.sabotage.Lever.GUARD_NOT_PROVEN;
import static io.drover.testing.sabotage.Lever.GUARD_OFF;
import static io.drover.testing.sabotage.Lever.LEADERS_UNCHECKED;
import static io.drover.testing.sabotage.Lever.OPEN_AT_STOP;
import static io.drover.testing.sabotage.Lever.REPLAY_NOT_AWAITED;
import static io.drover.testing.sabotage.Lever.REWIND_IN_PLACE;
import static io.drover.testing.sabotage.Lever.SEALS_FORGOTTEN;
import static io.drover.testing.sabotage.Lever.SEAL_HOLDS_NOBODY;
import static io.drover.testing.sabotage.Lever.SEAL_SPARES_SESSIONS;
import static io.drover.testing.sabotage.Lever.SEAL_TRUSTS_ACTIVITY;
import static io.drover.testing.sabotage.Lever.STOPPED_STAY_STOPPED;
import static io.drover.testing.sabotage.Lever.STOP_LATE;
import static io.drover.testing.sabotage.Lever.TIMELINE_NOT_PROVEN;
import static io.drover.testing.sabotage.Lever.TORN_STAYS_TORN;
import static io.drover.testing.sabotage.Lever.VERSIONS_UNCHECKED;

import io.drover.testing.checker.Check;
import java.util.List;
import java.util.Set;

/** All negative controls. */
final class Controls {
    private static final Set<Check> ROWS_OR_WAL = Set.of(K1_NO_LOST_ACK, K5_SINGLE_WRITER_SEEN, K6_SINGLE_WRITER_TRUTH);
    private static final String OF_ALL_KINDS =
            "past the kit: sessions whose commits wait for no standby, others whose commits wait for the target, others that write"
                    + " late in a transaction, and logins that were begun before the fence and finish after PROMOTING; and slow"
                    + " transactions of the kit";

    static final List<Control> ALL = List.of(
            Control.of(
                    "N1",
                    "no server fence: the seal holds nobody",
                    Set.of(SEAL_HOLDS_NOBODY, STOP_LATE),
                    OF_ALL_KINDS,
                    Scripts.ALL_KINDS,
                    ROWS_OR_WAL),
            Control.of(
                    "N2",
                    "no session is ended: the door is held, and who is in goes on",
                    Set.of(SEAL_SPARES_SESSIONS, STOP_LATE),
                    "past the kit: sessions that are open already, with commits that wait for no standby",
                    Scripts.ALL_KINDS,
                    ROWS_OR_WAL),
            Control.of(
                    "H75",
                    "the seal believes pg_stat_activity",
                    Set.of(SEAL_TRUSTS_ACTIVITY, STOP_LATE),
                    "past the kit: logins that were begun before the fence and finish after PROMOTING",
                    Scripts.ALL_KINDS,
                    ROWS_OR_WAL),
            Control.of(
                    "N6",
                    "promotion before FENCED is acknowledged, without seal and guard",
                    Set.of(DRAIN_NOT_AWAITED, SEAL_HOLDS_NOBODY, GUARD_OFF, STOP_LATE),
                    "transactions of the kit that are in flight when the fence is raised",
                    Scripts.ALL_KINDS,
                    ROWS_OR_WAL),
            Control.of(
                    "N7",
                    "the source is unsealed after PROMOTING",
                    Set.of(OPEN_AT_STOP),
                    OF_ALL_KINDS,
                    Scripts.ALL_KINDS,
                    ROWS_OR_WAL),
            Control.of(
                    "N8",
                    "the guard is cleared on the old node while it runs, unsealed",
                    Set.of(SEAL_HOLDS_NOBODY, GUARD_CLEARED_AT_STOP),
                    "past the kit: sessions whose commits wait for the target",
                    Scripts.ALL_KINDS,
                    ROWS_OR_WAL),
            new Control(
                    "N10",
                    "the client takes a write of unknown fate for done",
                    Set.of(),
                    OF_ALL_KINDS,
                    Scripts.ALL_KINDS,
                    Spoiled::unknownAsAcknowledged,
                    Set.of(K1_NO_LOST_ACK)),
            Control.of(
                    "N3",
                    "promotion before the target has replayed L",
                    Set.of(REPLAY_NOT_AWAITED, FORK_NOT_PROVEN),
                    "commits that wait for no standby; the target's walreceiver is stopped when the seal has closed the door",
                    Scripts::stoppedWalreceiver,
                    ROWS_OR_WAL),
            Control.of(
                    "N5",
                    "the guard is set and not in effect, and the seal holds nobody",
                    Set.of(GUARD_NOT_PROVEN, SEAL_HOLDS_NOBODY, STOPPED_STAY_STOPPED, STOP_LATE),
                    "past the kit: sessions whose commits should wait for the target; the checkpointer is stopped before"
                            + " the guard is set",
                    Scripts::stoppedCheckpointer,
                    ROWS_OR_WAL),
            Control.of(
                    "N12",
                    "an old version of the topology is written over a newer one",
                    Set.of(VERSIONS_UNCHECKED, EPOCHS_FORGOTTEN, STOP_LATE),
                    "commits that wait for no standby; the leader is held before it writes PROMOTING until the source's agent"
                            + " has opened the source again",
                    Scripts::heldLeader,
                    ROWS_OR_WAL),
            Control.of(
                    "N11",
                    "a leader that was frozen goes on after another leads",
                    Set.of(LEADERS_UNCHECKED, VERSIONS_UNCHECKED, EPOCHS_FORGOTTEN, STOP_LATE),
                    "commits that wait for no standby; the leader is frozen before it writes PROMOTING until another controller"
                            + " has raised the leader epoch and the source is open again",
                    Scripts::frozenLeader,
                    ROWS_OR_WAL),
            Control.of(
                    "N14",
                    "the old WAL is not looked at before the rejoin",
                    Set.of(AUDIT_OFF),
                    "a person who commits on the sealed source after PROMOTING",
                    Planted::commit,
                    Set.of(K10_EQUALITY)),
            Control.of(
                    "N9",
                    "no start gate, and a server that is started in the middle of its rewind",
                    Set.of(REWIND_IN_PLACE),
                    "commits that wait for no standby, at the old primary's address; something else than Drover starts the server"
                            + " after pg_rewind and before standby.signal",
                    Scripts::startedInTheRewind,
                    ROWS_OR_WAL),
            Control.of(
                    "N13",
                    "the timeline rule is skipped",
                    Set.of(TIMELINE_NOT_PROVEN, TORN_STAYS_TORN),
                    "the kit; the target dies in its promotion when standby.signal is gone and the timeline is still the old one",
                    Scripts::tornPromotion,
                    Set.of(K6_SINGLE_WRITER_TRUTH)),
            Control.of(
                    "N16",
                    "a ZooKeeper that was restored from an older snapshot is believed",
                    Set.of(EPOCHS_FORGOTTEN, SEALS_FORGOTTEN),
                    "commits that wait for no standby, at the old primary's address; its node dies after PROMOTING and comes back"
                            + " after ZooKeeper was restored from before the move",
                    Scripts::restoredSnapshot,
                    ROWS_OR_WAL));

    private Controls() {}
}
