/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.VerbTable.row;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.agent.Reports.Done;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoints;
import io.drover.daemon.agent.InstanceRecord.JobKind;
import io.drover.daemon.agent.InstanceRecord.JobPhase;
import io.drover.daemon.agent.InstanceRecord.JobRecord;
import io.drover.daemon.agent.VerbTable.NewInstance;
import io.drover.replication.ServerFiles;
import io.drover.replication.ServerFiles.CopyOrder;
import io.drover.replication.ServerFiles.RunningCopy;
import io.drover.replication.ServerFiles.Upstream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How a copy comes to a node.
 *
 * <pre>
 * start-copy      record of the job on disk → base backup into data.staging-… → verified against its manifest → DONE
 * start-standby   settings, standby.signal, connection written into the staging directory → renamed to data → started
 * discard-copy    program ended → staging directory removed; what was installed is never touched
 * </pre>
 */
final class CopyVerbs {
    private static final Duration NO_PROGRESS = Duration.ofMinutes(10);
    private static final Duration VERIFY_LIMIT = Duration.ofHours(24);
    private static final Duration CANCEL_LIMIT = Duration.ofSeconds(10);

    private final NodeTools tools;
    private final Instances instances;
    private final Jobs jobs;
    private final TopologyView topology;
    private final Observation observation;

    CopyVerbs(NodeTools tools, Instances instances, Jobs jobs, TopologyView topology, Observation observation) {
        this.tools = tools;
        this.instances = instances;
        this.jobs = jobs;
        this.topology = topology;
        this.observation = observation;
    }

    void addTo(VerbTable table) {
        table.on(
                Verb.StartCopy.class,
                VerbTable.<Verb.StartCopy, JobReport>row(this::startCopy).whenUnknown(this::startFirstCopy));
        table.on(
                Verb.DiscardCopy.class,
                VerbTable.<Verb.DiscardCopy, Done>row((verb, call) -> discard(call))
                        .nothingWhenUnknown(() -> new Done("there is no copy here")));
        table.on(Verb.StartStandby.class, row(this::startStandby));
    }

    private JobReport startFirstCopy(Verb.StartCopy verb, NewInstance call) {
        if (call.token() == null) {
            throw VerbCall.withoutToken(verb.path());
        }
        InstanceRecord planned = InstanceRecord.first(
                        call.id(),
                        verb.shards(),
                        databaseOf(call.id()),
                        tools.plannedLayout(verb.shards().get(0)).data(),
                        tools.plannedSocketDir(verb.shards().get(0)),
                        verb.sourcePort(),
                        Role.STANDBY)
                .withToken(call.token())
                .withStopped(true);
        ManagedInstance instance = instances.add(planned);
        VerbCall known = new VerbCall(instance, call.token(), call.deadline(), List.of());
        return instance.exclusively(call.deadline(), () -> startCopy(verb, known));
    }

    private String databaseOf(InstanceId instance) {
        return topology.seen(instance).stream()
                .map(seen -> seen.value().database())
                .findFirst()
                .orElse("");
    }

    private JobReport startCopy(Verb.StartCopy verb, VerbCall call) {
        JobRecord job = call.record().job();
        if (job != null && job.is(JobKind.COPY, call.move()) && job.phase() != JobPhase.FAILED) {
            return jobs.report(call.record());
        }
        if (job != null && job.phase() == JobPhase.RUNNING) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "move " + job.move() + " still works on instance "
                            + call.record().instance());
        }
        place(verb, call);
        Path staging = tools.beside(call.record(), "staging", call.move());
        discard(staging);
        ServerFiles files = tools.files(call.record());
        FaultPoints.around("copy", "passwords", files::writePasswords);
        Long rate = verb.maxRateBytes();
        CopyOrder order = new CopyOrder(
                verb.sourceHost().value(),
                verb.sourcePort(),
                verb.slot().value(),
                rate == null ? OptionalLong.empty() : OptionalLong.of(rate),
                verb.checkpoint() == MoveRequest.Checkpoint.FAST);
        jobs.start(
                call.instance(),
                JobRecord.begun(JobKind.COPY, call.move(), staging),
                running -> copy(files, order, staging, running));
        return jobs.report(call.record());
    }

    /** Where the copy goes: home, when the instance was adopted on this node; else where Drover puts one. */
    private void place(Verb.StartCopy verb, VerbCall call) {
        InstanceRecord record = call.record();
        if (tools.runs(record) || !tools.directories().isFree(record.dataDir())) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "no copy is made: " + record.dataDir() + " holds instance " + record.instance() + " already",
                    "set that copy aside first");
        }
        Optional<Home> home = tools.homeOf(record, verb.sourcePort());
        Path dataDir = home.map(Home::dataDir)
                .orElseGet(() -> tools.plannedLayout(verb.shards().get(0)).data());
        // an empty directory is free (P58), but the finished copy gets its name
        FaultPoints.around("copy", "place", () -> tools.directories().removeEmpty(dataDir));
        call.instance()
                .update(current -> placed(current, verb, home)
                        .withShards(verb.shards())
                        .withRole(Role.STANDBY)
                        .withSeal(null)
                        .withSettings(List.of())
                        .withStopped(true));
    }

    private InstanceRecord placed(InstanceRecord current, Verb.StartCopy verb, Optional<Home> home) {
        String database = databaseOf(current.instance());
        return home.map(known -> current.atHome(known, database))
                .orElseGet(() -> current.withPlace(
                        tools.plannedLayout(verb.shards().get(0)).data(),
                        tools.plannedSocketDir(verb.shards().get(0)),
                        verb.sourcePort(),
                        database));
    }

    private void copy(ServerFiles files, CopyOrder order, Path staging, Jobs.Running job) {
        RunningCopy backup = FaultPoints.around("copy", "base-backup", () -> files.startCopy(order, staging));
        job.enter("copy");
        job.counting(backup::bytesOnDisk);
        job.endedBy(() -> backup.cancel(CANCEL_LIMIT));
        backup.await(NO_PROGRESS);
        long bytes = backup.bytesOnDisk();
        job.counting(() -> bytes);
        job.enter("verify");
        job.endedBy(() -> tools.directories().endPrograms(staging));
        FaultPoints.around("copy", "verify", () -> files.verifyCopy(staging, VERIFY_LIMIT));
    }

    private Done discard(VerbCall call) {
        JobRecord job = call.record().job();
        if (job != null && job.is(JobKind.COPY, call.move())) {
            jobs.cancel(call.instance());
        }
        // a thread that has not begun its program yet would make the directory after it was removed
        jobs.requireEnded(call.instance());
        Path staging = tools.beside(call.record(), "staging", call.move());
        discard(staging);
        return new Done("there is no staging directory " + staging);
    }

    private void discard(Path staging) {
        FaultPoints.around("copy", "end-programs", () -> tools.directories().endPrograms(staging));
        FaultPoints.around("copy", "discard", () -> tools.directories().discardStaging(staging));
    }

    private InstanceReport startStandby(Verb.StartStandby verb, VerbCall call) {
        ManagedInstance instance = call.instance();
        InstanceRecord record = instance.record();
        if (record.role() == Role.PRIMARY) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT, "instance " + record.instance() + " is a primary here, not a copy");
        }
        if (!tools.runs(record)) {
            install(verb, call.move(), record);
            instance.update(current -> current.withShards(verb.shards())
                    .withRole(Role.STANDBY)
                    .withSeal(null)
                    .withStopped(false));
            FaultPoints.around(
                    "copy",
                    "start",
                    () -> tools.server(instance.record()).start(call.deadline().left()));
        }
        return observation.instance(record.instance());
    }

    private void install(Verb.StartStandby verb, MoveId move, InstanceRecord record) {
        Path staging = tools.beside(record, "staging", move);
        Path data = tools.directories().exists(staging) ? staging : record.dataDir();
        requireComplete(record.job(), move, staging);
        ServerFiles files = tools.files(record);
        Upstream upstream = Upstream.of(verb.primaryHost(), verb.primaryPort(), verb.applicationName(), verb.slot());
        FaultPoints.around("copy", "prepare", () -> files.prepareStandby(data, upstream));
        FaultPoints.around("copy", "install", () -> files.install(staging));
        // at home the node's own configuration is there, as it was
        boolean atHome = record.startArguments() != null;
        FaultPoints.around("copy", "node-settings", atHome ? files::forgetCarried : files::writeNodeSettings);
    }

    private void requireComplete(@Nullable JobRecord job, MoveId move, Path staging) {
        boolean complete = job != null && job.is(JobKind.COPY, move) && job.phase() == JobPhase.DONE;
        if (tools.directories().exists(staging) && !complete) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT, "the copy in " + staging + " is not complete and verified");
        }
    }
}
