/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.Move.Cutover;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.agent.Reports.ArchiveReport;
import io.drover.api.agent.Reports.AuditReport;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.JobState;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.agent.Verb;
import io.drover.replication.InstanceMonitor.StandbyView;
import io.drover.topology.NodeRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Rows 160 to 180: the old primary becomes the way back, is kept, and is set aside. */
final class ReverseRows {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration BAKE_POLL = Duration.ofSeconds(1);
    private static final Duration REJOIN_LIMIT = Duration.ofHours(12);
    private static final Duration STREAM_LIMIT = Duration.ofMinutes(5);
    private static final Duration FOREVER = Duration.ofDays(3650);

    private ReverseRows() {}

    // ---- 160 ----

    /** Stop, archive, audit, and only then start: a standby with WAL past the fork looks healthy and receives nothing (H89). */
    static void reverse(MoveContext context) {
        MoveRecord.Leg leg = context.record().leg();
        if (leg.timeline() == null || leg.fork() == null) {
            throw new DroverException(ErrorCode.INTERNAL, "BUG: no fork is recorded after the promotion");
        }
        stopOldPrimary(context);
        restoreSettings(context);
        archive(context, leg.timeline(), leg.fork());
        AuditReport audit = context.call(context.from(), new Verb.Audit(leg.timeline(), leg.fork()));
        boolean rewind = audit.records() > 0;
        boolean stuck = audit.userCommits() > 0 || Boolean.FALSE.equals(audit.rewindable());
        recordAudit(context, audit, rewind && !stuck && !context.record().rollingBack());
        if (audit.userCommits() > 0) {
            throw commitsPastFork(context, audit, leg.fork());
        }
        context.call(context.to(), new Verb.RestoreSettings(0));
        if (stuck && !context.record().rollingBack()) {
            throw notRewindable(context, audit, leg.fork());
        }
        if (context.record().rollingBack()) {
            context.call(context.from(), new Verb.RestoreSettings(0));
        } else {
            // takes its settings back, too
            rejoin(context, leg.fork(), rewind);
        }
        StandbyRows.settle(context);
        if (!context.record().rollingBack()) {
            StandbyRows.dropFormerSlots(context);
            startBake(context);
        }
    }

    /** At once, since clients that know nothing of the move wait for the end of their sessions there; but nobody who serves waits for it. */
    private static void stopOldPrimary(MoveContext context) {
        try {
            context.call(context.from(), new Verb.Stop(StopMode.IMMEDIATE));
        } catch (DroverException e) {
            if (e.code() != ErrorCode.LEADERSHIP_LOST && !Thread.currentThread().isInterrupted()) {
                restoreSettings(context);
            }
            throw e;
        }
    }

    /** What keeps them from being put back is no reason to leave the old primary as it is: they are put back once more below. */
    private static void restoreSettings(MoveContext context) {
        try {
            context.call(context.to(), new Verb.RestoreSettings(MoveSteps.ARM));
            context.call(
                    context.to(),
                    new Verb.RestoreSettings(context.record().rollingBack() ? MoveSteps.REVERSE : MoveSteps.STANDBY));
        } catch (DroverException e) {
            if (e.code() == ErrorCode.LEADERSHIP_LOST || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            context.journal()
                    .keep(new MoveJournal.Line(
                            MoveSteps.REVERSE,
                            "the settings of the cutover on " + context.to() + " are put back later: "
                                    + e.getMessage()));
        }
    }

    /** R11: the archive must not have a hole where the old primary stopped. */
    private static void archive(MoveContext context, int timeline, Lsn fork) {
        ArchiveReport report = context.call(context.from(), new Verb.ArchiveUpTo(timeline, fork));
        if (!report.failed().isEmpty()) {
            throw new DroverException(
                    ErrorCode.GUARD_REFUSED,
                    "archive_command on " + context.from() + " refused " + report.failed()
                            + "; the old primary is not touched before they are archived",
                    "mend archive_command on " + context.from()
                            + " (its own log says why it refuses); Drover tries again");
        }
    }

    private static void recordAudit(MoveContext context, AuditReport audit, boolean rewound) {
        context.journal()
                .write(
                        record -> {
                            Cutover cutover = record.leg().cutover();
                            return cutover == null
                                    ? record
                                    : record.withLeg(record.leg()
                                            .withCutover(new Cutover(
                                                    cutover.fencedAt(),
                                                    cutover.committedAt(),
                                                    cutover.servingAt(),
                                                    cutover.writePauseMillis(),
                                                    cutover.phases(),
                                                    audit.userCommits(),
                                                    rewound || Boolean.TRUE.equals(cutover.rewound()))));
                        },
                        new MoveJournal.Line(
                                MoveSteps.REVERSE,
                                "past the fork on " + context.from() + ": " + audit.records() + " records, "
                                        + audit.userCommits() + " user commits, " + audit.maintenanceCommits()
                                        + " maintenance commits"));
    }

    private static DroverException commitsPastFork(MoveContext context, AuditReport audit, Lsn fork) {
        return new DroverException(
                ErrorCode.COMMITS_PAST_FORK,
                context.from() + " committed " + audit.userCommits() + " transactions past the fork " + fork
                        + " that " + context.to() + " does not have (transaction ids "
                        + Checks.several(audit.transactions().stream()
                                .map(String::valueOf)
                                .toList())
                        + "); it is stopped and left as it is",
                "the shard serves on " + context.to() + "; save the data directory of " + context.from()
                        + ", read the transactions from its WAL with pg_waldump, apply them by hand if they matter, then"
                        + " complete the move with endBake: that gives the way back up and sets the directory aside");
    }

    /** Nothing that anybody mends now changes what is missing in WAL that is written: to try again would only take time. */
    private static DroverException notRewindable(MoveContext context, AuditReport audit, Lsn fork) {
        MoveRecord.Identity identity = context.record().identity();
        return new DroverException(
                ErrorCode.NOT_REWINDABLE,
                context.from() + " cannot become the rollback replica of "
                        + Checks.several(
                                identity.shards().stream().map(ShardId::value).toList())
                        + ": its WAL goes on past the fork " + fork + " to " + audit.end() + " ("
                        + audit.records() + " records, none of them a user's commit), and pg_rewind can never take that"
                        + " back, since its cluster had neither data checksums nor wal_log_hints (P10); it is stopped and"
                        + " archived up to the fork, and its data directory is left as it is",
                "the shard serves on " + context.to() + "; complete the move with endBake, which gives the way back up and"
                        + " sets the directory of " + context.from() + " aside, and make a new copy there with a later move;"
                        + " turn wal_log_hints on and restart " + context.to() + " before that, or the same may happen"
                        + " again");
    }

    private static void rejoin(MoveContext context, Lsn fork, boolean rewind) {
        if (rewind) {
            // pg_rewind up to 15 believes an old timeline until the new primary has made a checkpoint (H58)
            context.call(context.to(), new Verb.Checkpoint());
            context.call(context.to(), new Verb.SetRewindLogin(true));
        }
        var primary = context.record().to();
        context.call(
                context.from(),
                new Verb.Rejoin(
                        primary.host(),
                        primary.port(),
                        context.id().rollbackSlotName(),
                        context.record().applicationName(),
                        rewind,
                        fork));
        String give =
                "bin/drover show " + context.id() + "; when it needs a person the way back can be given up: bin/drover"
                        + " complete " + context.id() + " --end-bake";
        Wait rejoined = Wait.of("the old primary on " + context.from() + " to rejoin as a standby", give)
                .atMost(REJOIN_LIMIT, "the move needs a person");
        context.waitFor(rejoined, REJOIN_LIMIT, POLL, () -> {
            JobReport job = context.services()
                    .agents()
                    .job(context.from(), context.record().identity().instance());
            context.waits(rejoined.now((rewind ? "with a rewind, " : "without a rewind, ") + job.phase() + ", "
                    + job.bytesDone() + " bytes"));
            if (job.state() == JobState.FAILED || job.state() == JobState.NONE) {
                throw new DroverException(
                        ErrorCode.REPLICATION_BROKEN,
                        context.from() + " did not rejoin as a standby of " + context.to() + ": " + job.error(),
                        "look at the agent's log on " + context.from());
            }
            return job.state() == JobState.DONE ? Optional.of(job) : Optional.empty();
        });
        // also when the rewind was done under another controller, whose audit saw what this one's does not
        context.call(context.to(), new Verb.SetRewindLogin(false));
        Wait stream = Wait.of(
                        "the rollback replica on " + context.from() + " to stream from " + context.to(),
                        "see the server's log on " + context.from() + "; " + give)
                .atMost(STREAM_LIMIT, "the move needs a person");
        context.waitFor(stream, STREAM_LIMIT, POLL, () -> {
            Optional<StandbyView> view = rollbackReplica(context);
            context.waits(stream.now(stands(context, view)));
            return view.filter(seen -> "streaming".equals(seen.state()));
        });
        context.call(context.from(), new Verb.PrepareStandby());
        // a slot that nobody reads pins WAL on the standby (H83)
        context.call(context.from(), new Verb.DropSlot(context.id().slotName()));
    }

    /** The rollback replica as the new primary sees it. */
    private static Optional<StandbyView> rollbackReplica(MoveContext context) {
        return context.services()
                .monitors()
                .standby(context.record().identity().target(), context.record().applicationName());
    }

    /** The nodes are free for other moves now; the instance stays this move's until the way back is closed. */
    private static void startBake(MoveContext context) {
        MoveRecord.Identity identity = context.record().identity();
        context.journal()
                .write(
                        record -> record.withBakeEndsAt(context.services()
                                .clock()
                                .instant()
                                .plus(identity.request().bake())),
                        List.of(),
                        transaction -> new NodeLocks(context.services().documents()).free(identity, transaction));
    }

    // ---- 170 ----

    /** Watches the way back until a person takes it or closes it. */
    static void bake(MoveContext context) {
        Wait decision = Wait.of("a person to complete the move or to roll it back", closing(context));
        context.waitFor(decision, FOREVER, BAKE_POLL, () -> {
            MoveRecord record = context.record();
            if (record.rollingBack() || record.orders().complete()) {
                return Optional.of(true);
            }
            context.waits(decision.now("it bakes until " + WaitText.time(bakeEnd(record)) + "; the way back "
                    + watchRollbackReplica(context)));
            StandbyRows.tend(context);
            return Optional.empty();
        });
        context.live().rollback(false, null);
    }

    private static String closing(MoveContext context) {
        return "bin/drover complete " + context.id() + " (--end-bake before the bake is over), or bin/drover rollback "
                + context.id();
    }

    private static Instant bakeEnd(MoveRecord record) {
        return record.bakeEndsAt() == null ? record.identity().createdAt() : record.bakeEndsAt();
    }

    /** Says how it stands. */
    private static String watchRollbackReplica(MoveContext context) {
        try {
            Optional<StandbyView> replica = rollbackReplica(context);
            boolean ready = replica.filter(view -> "streaming".equals(view.state()))
                    .filter(view -> view.lagBytes() <= CopyRows.LAG_GATE_BYTES)
                    .isPresent();
            // it streams without its agent, too, and only the agent can lead the way back
            NodeId old = context.from();
            if (ready && isAway(context.services().nodes(), old)) {
                throw new DroverException(
                        ErrorCode.NODE_UNREACHABLE,
                        "the replica on " + old + " streams, but its agent is not there: look at the agent on " + old);
            }
            context.live().rollback(ready, replica.map(StandbyView::lagBytes).orElse(null));
            return (ready ? "is ready: " : "is not ready: ") + stands(context, replica);
        } catch (DroverException e) {
            // seen again in a second; until then the way back is not ready
            context.live().rollback(false, null);
            return "is not ready: " + e.getMessage();
        }
    }

    /** A node that never registered tells nothing. */
    private static boolean isAway(NodeRegistry nodes, NodeId node) {
        return nodes.find(node).isPresent() && !nodes.alive(node);
    }

    private static String stands(MoveContext context, Optional<StandbyView> replica) {
        String old = context.record().identity().source().node().value();
        String primary = context.record().identity().target().node().value();
        return replica.map(view -> "the replica on " + old + " is in state " + view.state() + ", " + view.lagBytes()
                        + " bytes behind")
                .orElse(primary + " sees no stream of the replica on " + old
                        + ": look at PostgreSQL and the agent there");
    }

    // ---- 180 ----

    static void close(MoveContext context) {
        Optional<MoveId> holder = PrepareRows.holder(context);
        if (isFreed(context, holder)) {
            // the last that this row does, by a driver that did not come to say so: what is there now may be another
            // move's
            String by = holder.map(other -> " and is held by move " + other).orElse("");
            context.journal()
                    .write(
                            record -> record,
                            new MoveJournal.Line(MoveSteps.CLOSE, "the instance was freed before" + by));
            return;
        }
        // looked up once: which of the two is set aside must not depend on an order that comes in between
        NodeId from = context.from();
        NodeId to = context.to();
        // first what a dead old primary must not hold up: its slot would fill the disk of the one that serves
        context.call(to, new Verb.SetRewindLogin(false));
        context.call(to, new Verb.DropSlot(context.id().rollbackSlotName()));
        context.call(to, new Verb.DropSlot(context.id().slotName()));
        StandbyRows.dropSlotsGivenUp(context, to);
        StandbyRows.keepFollowing(context);
        try {
            context.call(from, new Verb.Stop(StopMode.FAST));
            archiveWhatIsLeft(context);
            context.call(from, new Verb.RestoreSettings(MoveSteps.REVERSE));
            context.call(from, new Verb.SetAside());
        } catch (DroverException e) {
            if (!context.record().orders().oldPrimaryGivenUp() || e.code() == ErrorCode.LEADERSHIP_LOST) {
                throw e;
            }
            context.journal()
                    .write(
                            record -> record,
                            new MoveJournal.Line(
                                    MoveSteps.CLOSE,
                                    "the old primary on " + from + " is left as it is, as a person ordered: "
                                            + e.getMessage()));
        }
        PrepareRows.release(context);
    }

    private static boolean isFreed(MoveContext context, Optional<MoveId> holder) {
        return holder.map(move -> !move.equals(context.id())).orElseGet(() -> !PrepareRows.isReserved(context));
    }

    /** R11, where row 160 was given up before it had archived everything. */
    private static void archiveWhatIsLeft(MoveContext context) {
        MoveRecord.Leg leg = context.record().leg();
        Cutover cutover = leg.cutover();
        boolean archived = cutover == null || cutover.commitsPastFork() != null;
        if (!archived && leg.timeline() != null && leg.fork() != null) {
            archive(context, leg.timeline(), leg.fork());
        }
    }
}
