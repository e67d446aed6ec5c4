/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.VerbTable.row;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.ArchiveReport;
import io.drover.api.agent.Reports.AuditReport;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.agent.Reports.StopReport;
import io.drover.api.agent.Reports.TailReport;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoints;
import io.drover.daemon.agent.InstanceRecord.JobKind;
import io.drover.daemon.agent.InstanceRecord.JobPhase;
import io.drover.daemon.agent.InstanceRecord.JobRecord;
import io.drover.daemon.agent.InstanceRecord.SealRecord;
import io.drover.replication.ControlData;
import io.drover.replication.PostgresServer;
import io.drover.replication.ServerFiles;
import io.drover.replication.ServerFiles.Upstream;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What becomes of an old primary.
 *
 * <pre>
 * stop            demotion on disk → stopped → proven from the process table, and from the control file when it was to end in order
 * halt-and-read-tail   demotion on disk → ended where it stands → no process can act → its WAL read
 * read-tail, archive-up-to, audit    read and archive the stopped server's WAL
 * rejoin          only of a demoted, stopped server → rewound under a name that nothing starts, or only attached → standby → started
 * </pre>
 */
final class RejoinVerbs {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final Duration REWIND_LIMIT = Duration.ofHours(12);
    private static final Duration GENTLE = Duration.ofMillis(200);
    private static final Duration START_LIMIT = Duration.ofHours(1);

    private final NodeTools tools;
    private final Jobs jobs;
    private final InstanceSettings settings;

    RejoinVerbs(NodeTools tools, Jobs jobs, InstanceSettings settings) {
        this.tools = tools;
        this.jobs = jobs;
        this.settings = settings;
    }

    void addTo(VerbTable table) {
        table.on(
                Verb.Stop.class,
                VerbTable.<Verb.Stop, StopReport>row(this::stop)
                        .storingFirst((verb, call) -> demoted(call.topologies()))
                        .nothingWhenUnknown(() -> new StopReport("absent", 0, null)));
        table.on(
                Verb.HaltAndReadTail.class,
                VerbTable.<Verb.HaltAndReadTail, TailReport>row(this::haltAndReadTail)
                        .storingFirst((verb, call) -> demoted(call.topologies())));
        table.on(Verb.ReadTail.class, row(this::readTail));
        table.on(Verb.ArchiveUpTo.class, row(this::archive));
        table.on(Verb.Audit.class, row(this::audit));
        table.on(Verb.Rejoin.class, row(this::rejoin));
    }

    /**
     * A primary that is stopped after the point of no return is demoted for good. One that is stopped in FENCED keeps its role: the
     * move may still abort, and then it is started again.
     */
    private static UnaryOperator<InstanceRecord> demoted(List<Versioned<ShardTopology>> topologies) {
        boolean mayComeBack = mayComeBack(topologies);
        return record -> record.role() == Role.PRIMARY && !mayComeBack
                ? record.withRole(Role.DEMOTED).withStopped(true)
                : record.withStopped(true);
    }

    private static boolean mayComeBack(List<Versioned<ShardTopology>> topologies) {
        return topologies.stream().allMatch(t -> t.value().state() == TopologyState.FENCED);
    }

    private StopReport stop(Verb.Stop verb, VerbCall call) {
        if (!tools.directories().exists(call.record().dataDir())) {
            return new StopReport("absent", 0, null);
        }
        long begin = tools.scheduler().nanoTime();
        PostgresServer server = tools.server(call.record());
        if (!mayComeBack(call.topologies())) {
            FaultPoints.around("stop", "held", () -> server.endHeldGently(GENTLE));
        }
        FaultPoints.around(
                "stop", "server", () -> server.stop(verb.mode(), call.deadline().left()));
        double millis = (tools.scheduler().nanoTime() - begin) / NANOS_PER_MILLI;
        call.instance().warm().close();
        if (verb.mode() == StopMode.IMMEDIATE) {
            // it writes no checkpoint
            return new StopReport("stopped", millis, null);
        }
        ControlData control = tools.directories().control(call.record().dataDir());
        return new StopReport(control.clusterState(), millis, control.checkpoint());
    }

    /** Who can act no more writes no WAL: the tail need not wait until the kernel has taken the last of them apart. */
    private TailReport haltAndReadTail(Verb.HaltAndReadTail verb, VerbCall call) {
        SealRecord seal = call.record().seal();
        if (seal == null || seal.timeline() != verb.timeline() || !verb.lsn().equals(seal.finalLsn())) {
            throw new DroverException(
                    ErrorCode.CONFLICT,
                    "the WAL of instance " + call.record().instance() + " is not sealed at " + verb.lsn()
                            + " on timeline " + verb.timeline() + ", but " + seal,
                    "the cutover is undone; look at the controller's log");
        }
        PostgresServer server = tools.server(call.record());
        FaultPoints.around("halt", "server", () -> server.halt(call.deadline().left()));
        call.instance().warm().close();
        return tools.files(call.record())
                .tail(verb.timeline(), verb.lsn(), call.deadline().left());
    }

    private TailReport readTail(Verb.ReadTail verb, VerbCall call) {
        requireStopped(call.record(), verb.path());
        return tools.files(call.record())
                .tail(verb.timeline(), verb.lsn(), call.deadline().left());
    }

    private ArchiveReport archive(Verb.ArchiveUpTo verb, VerbCall call) {
        requireStopped(call.record(), verb.path());
        if (rewindBegan(call)) {
            return new ArchiveReport(false, List.of(), List.of());
        }
        return tools.files(call.record())
                .archive(verb.timeline(), verb.fork(), call.deadline().left());
    }

    private AuditReport audit(Verb.Audit verb, VerbCall call) {
        requireStopped(call.record(), verb.path());
        if (rewindBegan(call)) {
            return new AuditReport(1, 0, 0, List.of(), null, null);
        }
        return tools.files(call.record())
                .audit(verb.timeline(), verb.fork(), call.deadline().left());
    }

    /**
     * A rewind that was begun can only be done again. It begins after the archiving and the audit have passed, and leaves nothing
     * behind that either could read.
     */
    private boolean rewindBegan(VerbCall call) {
        return !tools.directories().exists(call.record().dataDir())
                && tools.directories().exists(tools.beside(call.record(), "rewinding", call.move()));
    }

    /** A rejoin that was begun before the row was repeated may have started it behind the stop: the row stops it once more. */
    private void requireStopped(InstanceRecord record, String verb) {
        if (!tools.server(record).stopped()) {
            throw new DroverException(
                    ErrorCode.CONFLICT,
                    verb + " needs a stopped server, and instance " + record.instance() + " runs",
                    "stop it first");
        }
    }

    private JobReport rejoin(Verb.Rejoin verb, VerbCall call) {
        InstanceRecord record = call.record();
        JobRecord job = record.job();
        boolean isStandby = record.role() == Role.STANDBY && !record.stopped();
        if (job != null
                && job.is(JobKind.REJOIN, call.move())
                && (job.phase() == JobPhase.RUNNING || job.phase() == JobPhase.DONE && isStandby)) {
            return jobs.report(record);
        }
        if (record.role() == Role.PRIMARY) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "instance " + record.instance() + " is not demoted here: stop it first",
                    "nothing was done");
        }
        requireStopped(record, verb.path());
        JobRecord begun = JobRecord.begun(JobKind.REJOIN, call.move(), tools.beside(record, "rewinding", call.move()));
        jobs.start(call.instance(), begun, running -> rejoin(verb, call.instance(), begun, running));
        return jobs.report(call.record());
    }

    private void rejoin(Verb.Rejoin verb, ManagedInstance instance, JobRecord begun, Jobs.Running job) {
        job.endedBy(() -> tools.directories().endPrograms(begun.directory()));
        job.enter("wait for a former rewind");
        tools.directories().awaitPrograms(begun.directory(), REWIND_LIMIT);
        requireCurrent(instance, begun);
        ServerFiles files = tools.files(instance.record());
        FaultPoints.around("rejoin", "passwords", files::writePasswords);
        Upstream upstream = Upstream.of(verb.primaryHost(), verb.primaryPort(), verb.applicationName(), verb.slot());
        job.enter(verb.rewind() ? "rewind" : "attach");
        if (verb.rewind()) {
            FaultPoints.around(
                    "rejoin", "rewind", () -> files.rewind(begun.directory(), upstream, verb.fork(), REWIND_LIMIT));
        } else {
            FaultPoints.around("rejoin", "attach", () -> files.attach(upstream));
        }
        job.enter("start");
        instance.exclusively(tools.in(START_LIMIT), () -> {
            requireCurrent(instance, begun);
            // not before it is a standby: until then whatever else starts the server finds it deaf (H60)
            settings.undo(instance, begun.move(), 0);
            if (tools.server(instance.record()).stopped()) {
                FaultPoints.around("rejoin", "wal-ahead", () -> files.removeAhead(verb.fork()));
            }
            FaultPoints.around("rejoin", "settings", () -> files.attach(upstream));
            instance.update(current -> current.withRole(Role.STANDBY)
                    .withSeal(null)
                    .withSettings(List.of())
                    .withStopped(false));
            FaultPoints.around(
                    "rejoin", "start", () -> tools.server(instance.record()).start(START_LIMIT));
            return instance;
        });
    }

    /** The way back may have been given up meanwhile: then the directory is set aside and nothing is started in it. */
    private static void requireCurrent(ManagedInstance instance, JobRecord begun) {
        if (!begun.equals(instance.record().job())) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "the rejoin of instance " + instance.record().instance() + " was given up meanwhile");
        }
    }
}
