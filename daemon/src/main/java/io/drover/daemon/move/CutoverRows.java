/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.MoveRequest;
import io.drover.api.PausePrediction;
import io.drover.api.PreflightReport;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.agent.Reports.AlignReport;
import io.drover.api.agent.Reports.GuardProbeReport;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.agent.Verb;
import io.drover.api.time.Scheduler;
import io.drover.daemon.preflight.When;
import io.drover.fencing.FenceTransitions;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rows 75 to 95: everything of the cutover that can be done before the fence is done before it. */
final class CutoverRows {
    private static final Logger LOG = LoggerFactory.getLogger(CutoverRows.class);
    /** WAL left in the segment when most of the filler is written, so that the top-up has little to do. */
    static final long FIRST_MARGIN_BYTES = 6L << 20;
    /** Filler that the target need not have when the guard is armed. Its end is flushed, and sent, a moment later. */
    static final long ON_ITS_WAY_BYTES = 1L << 20;
    /** WAL left in the segment in row 90; how much of it is needed row 95 finds out. */
    static final long MARGIN_BYTES = 2L << 20;

    /** Before anything holds up anybody there is time for a load to pass. */
    private static final Duration FIT = Duration.ofMinutes(2);
    /** With the guard armed commits wait for the target. */
    private static final Duration FIT_BEHIND_THE_GUARD = Duration.ofSeconds(10);

    private static final Duration READINESS = Duration.ofSeconds(15);
    private static final Duration POLL = Duration.ofMillis(200);
    /** Where each round trip is slow, that matters more than what is compiled. */
    private static final Duration REHEARSE = Duration.ofSeconds(4);
    /** Commits wait for the target meanwhile. */
    private static final Duration REHEARSE_BEHIND_THE_GUARD = Duration.ofMillis(200);
    /** Enough to tell how long a round trip takes. */
    private static final int FIRST_ROUNDS = 5;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);
    private static final Duration PROBE_POLL = Duration.ofMillis(5);
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(10);

    private CutoverRows() {}

    static void prepare(MoveContext context) {
        context.requireNewestTopology();
        // while nothing is prepared that would hold up anybody
        BlockerRadar.clear(context);
        // before the checks, so that a lag which passes in a moment is no reason to undo hours of copying
        CopyRows.awaitLag(context, CopyRows.LAG_GATE_BYTES, Duration.ofMinutes(5));
        check(context);
        showTarget(context);
        if (!awaitWarmClients(context)) {
            // a pooler's adapter has tried the target only now
            check(context);
        }
        context.call(context.from(), new Verb.Checkpoint());
        context.call(context.to(), new Verb.Checkpoint());
        context.call(context.to(), new Verb.PrepareTarget());
        if (!context.record().rollingBack()) {
            context.call(context.to(), new Verb.CreateSlot(context.id().rollbackSlotName()));
        }
        context.pause().forgetEarlier();
        // before the guard, since it takes processors that commits want
        rehearse(context, context.services().rehearsals().first(), REHEARSE);
        listen(context);
        PausePredictions.require(context, MoveSteps.ARM, FIT, () -> rehearse(context, 1, REHEARSE));
    }

    private static void check(MoveContext context) {
        PreflightReport report = context.services().checks().run(context.record(), When.WITH_STANDBY);
        if (!report.ok()) {
            throw DroverException.refusedBy(
                    report, "the preflight refuses the cutover: " + Checks.failures(report) + "; the move is undone");
        }
    }

    /** Lets the clients see the target, so that they open their pools to it before the switch. */
    private static void showTarget(MoveContext context) {
        boolean shown = context.topologies().stream()
                .allMatch(topology -> FenceTransitions.target(topology.value())
                        .filter(replica -> replica.node().equals(context.to()))
                        .isPresent());
        if (!shown) {
            context.writeTopologies(topology -> asTarget(context, topology), record -> record, List.of());
        }
    }

    private static ShardTopology asTarget(MoveContext context, ShardTopology topology) {
        if (context.record().rollingBack()) {
            return FenceTransitions.rollbackAsTarget(topology, context.id());
        }
        Endpoint target = context.record().to();
        return FenceTransitions.withTarget(
                topology,
                new Replica(target.node(), target.host(), target.port(), ReplicaRole.TARGET, 0),
                context.id());
    }

    /**
     * Clients that are not ready in time are named and not waited for: the fence works without them, they only reconnect later.
     *
     * @return whether all were
     */
    private static boolean awaitWarmClients(MoveContext context) {
        try {
            Wait wait = Wait.of(
                            "the clients' pools to " + context.to(),
                            "see that these clients reach " + context.to() + ", or "
                                    + WaitText.giveUp(context.record()))
                    .atMost(READINESS, "the cutover goes on without them, and they connect in the pause");
            context.waitFor(wait, READINESS, POLL, () -> {
                List<String> cold = coldClients(context);
                context.waits(wait.now("not ready: " + String.join(", ", cold)));
                return cold.isEmpty() ? Optional.of(true) : Optional.empty();
            });
            return true;
        } catch (DroverException e) {
            if (e.code() != ErrorCode.TIMEOUT) {
                throw e;
            }
            context.journal()
                    .write(
                            record -> record,
                            new MoveJournal.Line(
                                    MoveSteps.ARM,
                                    "clients without a warm pool to the target: " + coldClients(context)));
            return false;
        }
    }

    private static List<String> coldClients(MoveContext context) {
        return context.services().drain().notReady(context.record().identity().shards());
    }

    static void unprepare(MoveContext context) {
        if (!context.record().rollingBack()) {
            context.call(context.to(), new Verb.DropSlot(context.id().rollbackSlotName()));
        }
        context.call(context.to(), new Verb.RestoreSettings(MoveSteps.ARM));
        boolean shown = context.topologies().stream()
                .map(Versioned::value)
                .anyMatch(topology -> context.id().equals(topology.move())
                        && FenceTransitions.target(topology).isPresent());
        if (shown) {
            context.writeTopologies(
                    topology -> context.record().rollingBack()
                            ? FenceTransitions.targetAsRollback(topology)
                            : FenceTransitions.withoutTarget(topology),
                    record -> record,
                    List.of());
        }
    }

    static void armGuard(MoveContext context) {
        AlignReport filled = context.call(context.from(), new Verb.AlignWal(FIRST_MARGIN_BYTES));
        if (filled.written() > ON_ITS_WAY_BYTES) {
            // a commit that waits for the target waits for all that lies before it: with a long way, or a narrow one,
            // that can be longer
            // than a commit may wait
            context.call(context.to(), new Verb.AwaitReplayed(filled.lsn().plus(-ON_ITS_WAY_BYTES)));
        }
        context.call(context.from(), new Verb.ArmGuard(context.record().applicationName(), patience(context)));
        proveGuard(context);
    }

    /** No commit waits longer before the fence than writes may be held behind it. */
    static long patience(MoveContext context) {
        return context.record().identity().request().maxWritePause().toMillis();
    }

    /**
     * Proves that the guard is in effect, not only set (H13, H88): with replay paused on the target, one probe that asks for
     * remote_apply has to wait; it returns when replay goes on. One that waits on waits for more than the target, and so would every
     * commit.
     */
    private static void proveGuard(MoveContext context) {
        context.call(context.to(), new Verb.SetReplay(true));
        CompletableFuture<GuardProbeReport> probe;
        try {
            probe = context.callBeside(context.from(), new Verb.ProbeGuard(), PROBE_LIMIT);
            Wait wait = Wait.of(
                            "the probe of the guard on " + context.from() + " to wait for " + context.to(),
                            WaitText.giveUp(context.record()))
                    .atMost(PROBE_LIMIT, "the cutover is undone");
            context.waitFor(wait, PROBE_LIMIT, PROBE_POLL, () -> {
                if (probe.isDone()) {
                    throw new DroverException(
                            ErrorCode.GUARD_REFUSED,
                            "commits on " + context.from() + " do not wait for " + context.to()
                                    + " although synchronous_standby_names names it");
                }
                return context.services()
                                .monitors()
                                .guardProbeWaits(context.record().from())
                        ? Optional.of(true)
                        : Optional.empty();
            });
        } finally {
            context.call(context.to(), new Verb.SetReplay(false));
        }
        if (!context.await("the probe of the guard", probe, PROBE_LIMIT).committed()) {
            throw new DroverException(
                    ErrorCode.GUARD_REFUSED,
                    "commits on " + context.from() + " hang although " + context.to()
                            + " has applied them: they wait for another standby, too",
                    "look at synchronous_standby_names and pg_stat_replication on " + context.from());
        }
    }

    static void disarmGuard(MoveContext context) {
        context.call(context.from(), new Verb.RestoreSettings(80));
        if (context.record().rollingBack() || context.record().orders().drill()) {
            // the replica or the copy stays, and must not stay paused when the probe's own end did not reach it
            context.call(context.to(), new Verb.SetReplay(false));
        }
    }

    static void alignWal(MoveContext context) {
        context.call(context.from(), new Verb.AlignWal(MARGIN_BYTES));
    }

    static void prepareSeal(MoveContext context) {
        context.call(
                context.from(),
                new Verb.PrepareSeal(
                        FenceRows.fencedEpoch(context.topologies()),
                        context.record().streamingSlot()));
        if (context.record().identity().mode() == MoveRequest.Mode.CLEAN_STOP) {
            // the shutdown in the pause writes the next one: it shall have little to write
            context.call(context.from(), new Verb.Checkpoint());
        }
        rehearse(context, context.services().rehearsals().last(), REHEARSE_BEHIND_THE_GUARD);
        PausePrediction told = PausePredictions.require(
                context,
                MoveSteps.PREPARE_SEAL,
                FIT_BEHIND_THE_GUARD,
                () -> rehearse(context, 1, REHEARSE_BEHIND_THE_GUARD));
        // last of all: what was written since row 90 may have taken the WAL into the next segment
        Verb.AlignWal align = new Verb.AlignWal(TailMargin.bytes(context.pause().walBytesPerSecond(), told));
        AlignReport tail = context.call(context.from(), align);
        if (tail.written() > MARGIN_BYTES) {
            // to write so much took time, in which others wrote
            tail = context.call(context.from(), align);
        }
        context.pause().expectedEnd(tail.lsn().plus(tail.bytesToBoundary()));
    }

    /**
     * Goes through the pause without its effects, here and with each agent, until nobody does anything for the first time. What a
     * process has rehearsed for one move it knows for the next.
     *
     * @param limit after which no round begins but the first few
     */
    private static void rehearse(MoveContext context, int rounds, Duration limit) {
        List<Versioned<ShardTopology>> open = context.topologies();
        boolean strict = context.record().identity().mode() == MoveRequest.Mode.STRICT;
        Verb.Rehearse rehearsal = new Verb.Rehearse(
                new Verb.Seal(FenceRows.fencedEpoch(open), context.record().streamingSlot()),
                new Verb.AwaitReplayed(new Lsn(0)),
                new Verb.Promote(1, new Lsn(0)),
                new Verb.Publish(),
                strict ? null : new Verb.Stop(StopMode.IMMEDIATE),
                strict ? new Verb.HaltAndReadTail(1, new Lsn(0)) : null);
        Rehearsals own = context.services().rehearsals();
        RoundTrips trips = context.pause().trips();
        context.pause()
                .activity(
                        context.services().monitors().activity(context.record().from()));
        Scheduler scheduler = context.services().scheduler();
        long end = scheduler.nanoTime() + limit.toNanos();
        int least = 0;
        for (int i = 0; i < rounds && (i < FIRST_ROUNDS || goesOn(own, i, least) && scheduler.nanoTime() < end); i++) {
            int source =
                    trips.source(() -> context.call(context.from(), rehearsal)).times();
            int target =
                    trips.target(() -> context.call(context.to(), rehearsal)).times();
            FenceRows.rehearse(context, open);
            lookAtLag(context);
            least = Math.min(own.another(), Math.min(source, target));
        }
    }

    /** One look of many: the prediction itself needs an answer, a rehearsal does not. */
    private static void lookAtLag(MoveContext context) {
        try {
            PausePredictions.look(context);
        } catch (DroverException e) {
            if (e.code() == ErrorCode.LEADERSHIP_LOST) {
                throw e;
            }
            LOG.debug("move {}: one look at the lag failed", context.id(), e);
        }
    }

    private static boolean goesOn(Rehearsals own, int round, int least) {
        return round < own.last() || least < own.first();
    }

    /** Learns how long the clients' transactions last, which the drain will wait for. */
    private static void listen(MoveContext context) {
        Scheduler scheduler = context.services().scheduler();
        long end = scheduler.nanoTime()
                + context.services().rehearsals().listening().toNanos();
        while (scheduler.nanoTime() < end) {
            context.pause()
                    .look(context.services()
                            .monitors()
                            .activity(context.record().from()));
            context.sleep(BETWEEN_LOOKS);
        }
    }

    static void unprepareSeal(MoveContext context) {
        context.call(context.from(), new Verb.RestoreSettings(MoveSteps.PREPARE_SEAL));
    }
}
