/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** One thing that a sabotage takes away, and the methods that are replaced for it. */
public enum Lever {
    /** The door is not held, no session is stopped or ended, and nothing is verified. */
    SEAL_HOLDS_NOBODY(
            "the seal holds no door and ends no session",
            new Point("io.drover.replication.LocalProcesses", "holdDoor", Replacements.Skip.class),
            new Point("io.drover.replication.LocalProcesses", "holdSessions", Replacements.NobodyHeld.class),
            new Point("io.drover.replication.LocalProcesses", "endSessions", Replacements.Skip.class),
            new Point("io.drover.daemon.agent.SealedPostgres", "verify", Replacements.Skip.class)),
    /** The door is held, but sessions that are there go on. */
    SEAL_SPARES_SESSIONS(
            "the seal ends no session that is there",
            new Point("io.drover.replication.LocalProcesses", "holdSessions", Replacements.NobodyHeld.class),
            new Point("io.drover.replication.LocalProcesses", "endSessions", Replacements.Skip.class),
            new Point("io.drover.daemon.agent.SealedPostgres", "verify", Replacements.Skip.class)),
    /** Only what pg_stat_activity shows is stopped or ended. */
    SEAL_TRUSTS_ACTIVITY(
            "the seal ends only what pg_stat_activity shows",
            new Point("io.drover.replication.AllowList", "compute", Replacements.SparesUnseen.class)),
    /** The source is stopped a while after the promotion, not beside it. */
    STOP_LATE(
            "the source is stopped late",
            new Point("io.drover.daemon.agent.RejoinVerbs", "stop", Replacements.StopLate.class)),
    /** The source is opened where it should be stopped, and stopped a while later. */
    OPEN_AT_STOP(
            "the source is opened after PROMOTING, and stopped late",
            new Point("io.drover.daemon.agent.RejoinVerbs", "stop", Replacements.OpenAtStop.class)),
    /** The guard is cleared on the old node while it runs, which is stopped a while later. */
    GUARD_CLEARED_AT_STOP(
            "the guard is cleared on the old node while it runs, which is stopped late",
            new Point("io.drover.daemon.agent.RejoinVerbs", "stop", Replacements.ClearGuardAtStop.class)),
    /** Commits of the source do not wait for the target. */
    GUARD_OFF(
            "the guard is not set, and not proven",
            new Point("io.drover.replication.Guard", "armed", Replacements.GuardAsItWas.class),
            new Point("io.drover.daemon.move.CutoverRows", "proveGuard", Replacements.Skip.class)),
    /** Nobody waits for the acknowledgements of FENCED. */
    DRAIN_NOT_AWAITED(
            "acknowledgements of FENCED are not waited for",
            new Point("io.drover.fencing.DrainWatch", "awaitDrained", Replacements.DrainAtOnce.class)),
    /** Nobody waits for the target to replay the end of the source's WAL. */
    REPLAY_NOT_AWAITED(
            "the target's replay of L is not waited for",
            new Point("io.drover.daemon.move.SealRows", "awaitReplayed", Replacements.Skip.class)),
    /** The fork may lie before the end of the source's WAL. */
    FORK_NOT_PROVEN(
            "the fork may lie before L",
            new Point("io.drover.replication.Promotion", "proveHistory", Replacements.ForkAnywhere.class)),
    /** Any timeline will do. */
    TIMELINE_NOT_PROVEN(
            "the timeline rule is skipped",
            new Point("io.drover.replication.Promotion", "proveHistory", Replacements.AnyTimeline.class)),
    /** A server that died in its promotion is started as it lies there. */
    TORN_STAYS_TORN(
            "a server that died in its promotion is not made a standby again",
            new Point("io.drover.replication.TornPromotion", "mend", Replacements.Skip.class)),
    /** The old WAL is not looked at before the rejoin. */
    AUDIT_OFF(
            "the audit of the old WAL is skipped",
            new Point("io.drover.replication.WalAudit", "audit", Replacements.NothingFound.class)),
    /** What was written meanwhile does not matter. */
    VERSIONS_UNCHECKED(
            "the versions of znodes are not checked",
            new Point("io.drover.topology.AtomicWrite", "set", Replacements.AnyVersion.class)),
    /** Who leads does not matter, neither to controllers nor to agents. */
    LEADERS_UNCHECKED(
            "the leader epoch is not checked, and a leader goes on that was told of its end",
            new Point("io.drover.topology.AtomicWrite", "check", Replacements.AnyVersion.class),
            new Point("io.drover.topology.TopologyStore", "verify", Replacements.Skip.class),
            new Point("io.drover.daemon.move.MoveRunner", "lost", Replacements.Skip.class)),
    /** A lower epoch is as good as a higher one. */
    EPOCHS_FORGOTTEN(
            "a lower epoch than was seen before is believed",
            new Point("io.drover.topology.TopologyWatcher", "isNewer", Replacements.Yes.class),
            new Point("io.drover.daemon.agent.StartRule", "outdated", Replacements.Skip.class),
            new Point("io.drover.daemon.move.EpochMemory", "require", Replacements.Skip.class)),
    /** A seal keeps no server from being started. */
    SEALS_FORGOTTEN(
            "a seal on disk keeps no server from being started and from hearing its clients",
            new Point("io.drover.daemon.agent.StartRule", "sealedAt", Replacements.Skip.class),
            new Point("io.drover.replication.Postmaster", "startWith", Replacements.Hearing.class)),
    /** It is set, and whether commits wait is not tried. */
    GUARD_NOT_PROVEN(
            "that commits wait for the target is not tried",
            new Point("io.drover.daemon.move.CutoverRows", "proveGuard", Replacements.Skip.class)),
    /** The seal does not begin by letting everybody go on. */
    STOPPED_STAY_STOPPED(
            "the seal lets no stopped process go on",
            new Point("io.drover.replication.LocalProcesses", "releaseSessions", Replacements.Skip.class)),
    /** No start gate. */
    REWIND_IN_PLACE(
            "the directory keeps its name while it is rewound",
            new Point("io.drover.replication.Rewind", "run", Replacements.InPlace.class),
            new Point("io.drover.replication.StandbySetup", "install", Replacements.InstalledInPlace.class));

    private final String does;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<Point> points;

    Lever(String does, Point... points) {
        this.does = does;
        this.points = List.of(points);
    }

    /** A method and what it becomes. */
    record Point(String type, String method, Class<?> replacement) {}

    /** What it does, in words. */
    public String does() {
        return does;
    }

    List<Point> points() {
        return points;
    }

    /** The methods that these levers replace, by class and name. */
    static Set<String> methods(Collection<Lever> levers) {
        return levers.stream()
                .flatMap(lever -> lever.points().stream())
                .map(point -> point.type() + "." + point.method())
                .collect(Collectors.toSet());
    }
}
