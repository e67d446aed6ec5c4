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
import io.drover.api.agent.Reports.StopReport;
import io.drover.api.agent.Reports.TailReport;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoints;
import io.drover.daemon.agent.InstanceRecord.JobKind;
import io.drover.daemon.agent.InstanceRecord.JobPhase;
import io.drover.daemon.agent.InstanceRecord.JobRecord;
import io.drover.replication.Archive;
import io.drover.replication.ControlData;
import io.drover.replication.InstanceLayout;
import io.drover.replication.PassFile;
import io.drover.replication.Postmaster;
import io.drover.replication.Rewind;
import io.drover.replication.StandbySetup.Upstream;
import io.drover.replication.WalAudit;
import io.drover.topology.Versioned;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What becomes of an old primary.
 *
 * <pre>
 * stop            demotion on disk → stopped → proven from the process table and the control file
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

    RejoinVerbs(NodeTools tools, Jobs jobs) {
        this.tools = tools;
        this.jobs = jobs;
    }

    void addTo(VerbTable table) {
        table.on(
                Verb.Stop.class,
                VerbTable.<Verb.Stop, StopReport>row(this::stop)
                        .storingFirst((verb, call) -> demoted(call.topologies()))
                        .nothingWhenUnknown(() -> new StopReport("absent", 0)));
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
        if (!Files.exists(call.record().dataDir())) {
            return new StopReport("absent", 0);
        }
        long begin = System.nanoTime();
        Postmaster postmaster = tools.postmaster(call.record());
        if (!mayComeBack(call.topologies())) {
            postmaster.endHeldGently(GENTLE);
        }
        ControlData control = postmaster.stop(verb.mode(), call.deadline().left());
        call.instance().warm().close();
        return new StopReport(control.clusterState(), (System.nanoTime() - begin) / NANOS_PER_MILLI);
    }

    private TailReport readTail(Verb.ReadTail verb, VerbCall call) {
        requireStopped(call.record(), verb.path());
        return new WalAudit(tools.binaries(), call.record().dataDir())
                .tail(verb.timeline(), verb.lsn(), call.deadline().left());
    }

    private ArchiveReport archive(Verb.ArchiveUpTo verb, VerbCall call) {
        requireStopped(call.record(), verb.path());
        if (rewindBegan(call)) {
            return new ArchiveReport(false, List.of(), List.of());
        }
        return new Archive(tools.binaries(), call.record().dataDir())
                .upTo(
                        verb.timeline(),
                        verb.fork(),
                        tools.argv(call.record()),
                        call.deadline().left());
    }

    private AuditReport audit(Verb.Audit verb, VerbCall call) {
        requireStopped(call.record(), verb.path());
        if (rewindBegan(call)) {
            return new AuditReport(1, 0, 0, List.of());
        }
        return new WalAudit(tools.binaries(), call.record().dataDir())
                .audit(verb.timeline(), verb.fork(), call.deadline().left());
    }

    /**
     * A rewind that was begun can only be done again. It begins after the archiving and the audit have passed, and leaves nothing
     * behind that either could read.
     */
    private static boolean rewindBegan(VerbCall call) {
        return !Files.exists(call.record().dataDir())
                && Files.exists(call.record().beside("rewinding", call.move()));
    }

    private void requireStopped(InstanceRecord record, String verb) {
        if (!tools.postmaster(record).stopped()) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
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
        JobRecord begun = JobRecord.begun(JobKind.REJOIN, call.move(), record.beside("rewinding", call.move()));
        jobs.start(call.instance(), begun, running -> rejoin(verb, call.instance(), begun, running));
        return jobs.report(call.record());
    }

    private void rejoin(Verb.Rejoin verb, ManagedInstance instance, JobRecord begun, Jobs.Running job) {
        job.endedBy(() -> Orphans.end(begun.directory()));
        job.enter("wait for a former rewind");
        Orphans.await(begun.directory(), REWIND_LIMIT);
        requireCurrent(instance, begun);
        InstanceRecord record = instance.record();
        InstanceLayout layout = tools.layout(record);
        NodeTools.makeDirectory(layout.conf());
        PassFile.write(layout.passFile(), tools.passwords());
        Rewind.Spec spec = new Rewind.Spec(
                record.dataDir(),
                begun.directory(),
                layout.conf(),
                new Upstream(
                        verb.primaryHost(), verb.primaryPort(), layout.passFile(), verb.applicationName(), verb.slot()),
                verb.fork(),
                layout.jobLog());
        Rewind rewind = new Rewind(tools.binaries());
        job.enter(verb.rewind() ? "rewind" : "attach");
        if (verb.rewind()) {
            FaultPoints.around("rejoin", "rewind", () -> rewind.run(spec, REWIND_LIMIT));
        } else {
            FaultPoints.around("rejoin", "attach", () -> rewind.attachOnly(spec));
        }
        job.enter("start");
        instance.exclusively(Deadline.in(START_LIMIT), () -> {
            requireCurrent(instance, begun);
            instance.update(current -> current.withRole(Role.STANDBY)
                    .withSeal(null)
                    .withSettings(List.of())
                    .withStopped(false));
            FaultPoints.around("rejoin", "start", () -> tools.start(instance.record(), START_LIMIT));
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
