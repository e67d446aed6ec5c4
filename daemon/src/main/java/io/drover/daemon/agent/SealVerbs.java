/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.VerbTable.row;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.Lsn;
import io.drover.api.MoveId;
import io.drover.api.agent.Reports.Done;
import io.drover.api.agent.Reports.SealReport;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoints;
import io.drover.daemon.agent.InstanceRecord.SealRecord;
import io.drover.fencing.SourceSeal;
import io.drover.replication.AllowList;
import io.drover.replication.PostgresSession;
import io.drover.replication.SealSettings;
import io.drover.replication.ServerProcesses;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The seal of the source: no process is left that can commit.
 *
 * <pre>
 * prepare-seal   settings of the seal to disk, not loaded · warm connection · every code path of the seal run once
 * seal           record on disk → door held → sessions stopped where they stand, or ended → WAL ended on a boundary → verified
 * unseal         settings restored → sessions go on → door opened → record cleared; one whose stop was ordered: stopped to the end →
 *                settings restored → record cleared → started again
 * </pre>
 */
final class SealVerbs {
    private static final Logger LOG = LoggerFactory.getLogger(SealVerbs.class);
    private static final int REHEARSALS = 20;

    private final NodeTools tools;
    private final InstanceSettings settings;
    private final ExecutorService questions;

    SealVerbs(NodeTools tools, InstanceSettings settings) {
        this.tools = tools;
        this.settings = settings;
        this.questions = tools.scheduler().newThreads("while-held");
    }

    void addTo(VerbTable table) {
        table.on(Verb.PrepareSeal.class, row(this::prepare));
        table.on(
                Verb.Seal.class,
                VerbTable.<Verb.Seal, SealReport>row(this::seal).storingFirst(this::begun));
        table.on(
                Verb.Unseal.class,
                row((verb, call) -> unseal(call.instance(), call.deadline().left())));
    }

    private Done prepare(Verb.PrepareSeal verb, VerbCall call) {
        requirePrepared(call.record(), call.move(), false);
        int postmaster = running(call.record());
        ServerProcesses processes = tools.server(call.record()).processes(postmaster);
        if (call.record().seal() != null || processes.doorHeld()) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "instance " + call.record().instance() + " is sealed already: no seal is prepared on it");
        }
        call.instance().warm().ask(() -> tools.server(call.record()).connect(), PostgresSession::timeline);
        PostgresSession warm = call.instance().warm().required();
        settings.stage(call.instance(), call.move(), call.step(), SealSettings.values(verb.epoch()), warm.settings());
        AllowList spared = null;
        for (int i = 0; i < REHEARSALS; i++) {
            spared = rehearse(verb, postmaster, processes, warm, call.deadline().left());
        }
        if (spared != null) {
            processes.rehearse(spared);
        }
        return new Done("the seal of " + call.record().instance() + " is prepared for epoch " + verb.epoch());
    }

    /** Runs what the seal will run, without its effect, so that nothing is loaded or compiled inside the pause. */
    private AllowList rehearse(
            Verb.PrepareSeal verb, int postmasterPid, ServerProcesses processes, PostgresSession warm, Duration limit) {
        processes.doorHeld();
        return whileHeld()
                .require(
                        () -> {
                            AllowList spared =
                                    warm.spared(postmasterPid, verb.targetSlot().value());
                            warm.rehearseSeal();
                            return spared;
                        },
                        limit);
    }

    /** What this agent took back by itself ({@link Reaction#DISARM}) is not built upon: the move is undone. */
    static void requirePrepared(InstanceRecord record, MoveId move, boolean seal) {
        if (!SettingsJournal.prepared(record.settings(), move, seal)) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "instance " + record.instance() + " is not sealed: the agent has taken back what move " + move
                            + " had prepared, because no controller acted and commits hung, or its server died",
                    "start the move again");
        }
    }

    private int running(InstanceRecord record) {
        return tools.server(record)
                .postmaster()
                .orElseThrow(() -> new DroverException(
                        ErrorCode.POSTGRES_UNREACHABLE, "instance " + record.instance() + " does not run"));
    }

    /** The seal's record, on disk before the door is touched: whatever happens then, the agent knows that it must not open it. */
    private UnaryOperator<InstanceRecord> begun(Verb.Seal verb, VerbCall call) {
        if (sealed(call.record(), verb.epoch()).isPresent()) {
            return UnaryOperator.identity();
        }
        requirePrepared(call.record(), call.move(), true);
        int pid = running(call.record());
        SealRecord begun = SealRecord.begun(
                verb.epoch(), call.move(), pid, tools.scheduler().clock().instant());
        return record -> record.withSeal(begun);
    }

    private SealReport seal(Verb.Seal verb, VerbCall call) {
        ManagedInstance instance = call.instance();
        Optional<SealRecord> done = sealed(instance.record(), verb.epoch());
        Lsn reached = done.map(SealRecord::finalLsn).orElse(null);
        if (done.isPresent() && reached != null) {
            SealRecord seal = done.orElseThrow();
            return new SealReport(reached, seal.timeline(), seal.sessions(), seal.standstill(), 0, 0, 0);
        }
        SealRecord begun = instance.record().seal();
        if (begun == null) {
            throw new DroverException(ErrorCode.INTERNAL, "BUG: the seal began without its record");
        }
        // while nobody is stopped, not by an earlier attempt either: one could stand where this waits for it
        FaultPoints.around(
                "seal",
                "release",
                () -> tools.server(instance.record())
                        .processes(begun.postmasterPid())
                        .releaseSessions());
        int timeline = whileHeld()
                .require(
                        () -> instance.warm().required().timeline(),
                        call.deadline().left());
        SourceSeal.Result result = seal(
                        instance, begun.postmasterPid(), verb.targetSlot().value())
                .seal(call.deadline().left());
        instance.updateSoon(record -> {
            SealRecord seal = record.seal();
            return seal == null
                    ? record
                    : record.withSeal(
                            seal.completed(result.finalLsn(), timeline, result.sessions(), result.standstill()));
        });
        return new SealReport(
                result.finalLsn(),
                timeline,
                result.sessions(),
                result.standstill(),
                result.freezeMillis(),
                result.sessionsMillis(),
                result.switchMillis());
    }

    /** A complete seal of the epoch whose door is still held, or whose server is stopped. */
    private Optional<SealRecord> sealed(InstanceRecord record, FenceEpoch epoch) {
        SealRecord seal = record.seal();
        if (seal == null || seal.finalLsn() == null || !seal.epoch().equals(epoch)) {
            return Optional.empty();
        }
        return tools.server(record).takesLogins() ? Optional.empty() : Optional.of(seal);
    }

    private SourceSeal seal(ManagedInstance instance, int postmasterPid, String targetSlot) {
        return new SourceSeal(
                new SealedPostgres(
                        postmasterPid,
                        tools.server(instance.record()).processes(postmasterPid),
                        targetSlot,
                        () -> instance.warm().required(),
                        () -> settings.undoSeal(instance),
                        whileHeld()),
                tools.scheduler()::nanoTime);
    }

    private WhileHeld whileHeld() {
        return new WhileHeld(tools.scheduler(), questions);
    }

    /**
     * Opens the source again. The caller has proven that the topology allows it. May be repeated. A server that stands still without a
     * seal, because somebody else has stopped it before it could be sealed, is let go on too: who clients are sent to must answer.
     */
    Done unseal(ManagedInstance instance, Duration limit) {
        SealRecord seal = instance.record().seal();
        if (seal == null && !tools.server(instance.record()).isHeld()) {
            settings.undoSeal(instance);
            return new Done("instance " + instance.record().instance() + " is not sealed");
        }
        boolean stopOrdered = seal != null && instance.record().stopped();
        if (stopOrdered) {
            endStop(instance, limit);
        }
        OptionalInt postmaster = tools.server(instance.record()).postmaster();
        if (postmaster.isEmpty()) {
            settings.undoSeal(instance);
        } else {
            seal(instance, postmaster.orElseThrow(), "").lift();
        }
        instance.update(record -> record.withSeal(null).withStopped(false));
        if (seal == null) {
            LOG.warn(
                    "instance {} stood still and was not sealed: somebody else had stopped it; it goes on",
                    instance.record().instance());
        } else {
            LOG.info("instance {} is unsealed from epoch {}", instance.record().instance(), seal.epoch());
        }
        if (stopOrdered) {
            startAgain(instance, limit);
        }
        return new Done("instance " + instance.record().instance() + " is open again");
    }

    /** A stop that has begun cannot be taken back, and one that hangs would leave the shard to a server that takes nobody. */
    private void endStop(ManagedInstance instance, Duration limit) {
        InstanceRecord record = instance.record();
        if (tools.directories().exists(record.dataDir())) {
            FaultPoints.around("unseal", "stop", () -> tools.server(record).stop(StopMode.IMMEDIATE, limit));
        }
    }

    /** Before the shard is said to be served here again. What keeps it down is no reason to leave it fenced: it is tried again. */
    private void startAgain(ManagedInstance instance, Duration limit) {
        InstanceRecord record = instance.record();
        try {
            FaultPoints.around("unseal", "start", () -> tools.server(record).start(limit));
        } catch (DroverException e) {
            LOG.warn("instance {} is not up again yet: {}; tried again", record.instance(), e.getMessage());
        }
    }
}
