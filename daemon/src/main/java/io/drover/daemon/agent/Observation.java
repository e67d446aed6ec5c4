/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.ShardId;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.TargetFacts;
import io.drover.api.agent.Reports.InstanceMemory;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.MemoryReport;
import io.drover.api.agent.Reports.NodeReport;
import io.drover.daemon.agent.InstanceRecord.SettingChange;
import io.drover.replication.NodeFacts;
import io.drover.replication.PostgresServer;
import io.drover.replication.PostgresSession;
import io.drover.replication.ServerState;
import io.drover.topology.Versioned;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the agent sees: the node, its instances, their jobs. Changes nothing. */
public final class Observation {
    private static final Logger LOG = LoggerFactory.getLogger(Observation.class);

    private final NodeTools tools;
    private final Instances instances;
    private final Jobs jobs;
    private final TopologyView topology;

    Observation(NodeTools tools, Instances instances, Jobs jobs, TopologyView topology) {
        this.tools = tools;
        this.instances = instances;
        this.jobs = jobs;
        this.topology = topology;
    }

    /** The node with the instances that have files here. */
    public NodeReport node() {
        NodeFacts facts = tools.postgres().facts();
        return new NodeReport(
                tools.node(),
                tools.host(),
                facts.architecture(),
                facts.libcVersion(),
                facts.icuVersion(),
                facts.serverVersion(),
                tools.dataRoot().toString(),
                facts.diskFree(),
                facts.diskTotal(),
                facts.foreignManagers(),
                instances.all().stream()
                        .map(ManagedInstance::record)
                        .filter(record -> tools.directories().exists(record.dataDir()))
                        .map(this::report)
                        .toList());
    }

    /** What is remembered of every instance that ever was here; asks no server. */
    public MemoryReport memory() {
        return new MemoryReport(
                tools.node(),
                tools.host(),
                instances.all().stream()
                        .map(ManagedInstance::record)
                        .map(this::memory)
                        .toList());
    }

    private InstanceMemory memory(InstanceRecord record) {
        FenceEpoch stored = record.seenEpoch();
        FenceEpoch seen = StartRule.newestEpoch(
                topology.seen(record.instance()).stream().map(Versioned::value).toList());
        boolean present = tools.directories().exists(record.dataDir());
        return new InstanceMemory(
                record.instance(),
                record.shards(),
                record.database(),
                record.port(),
                record.role(),
                present,
                present && tools.runs(record),
                record.grantEpoch(),
                seen.compareTo(stored) > 0 ? seen : stored,
                record.seal() == null ? null : record.seal().epoch(),
                record.token() == null ? null : record.token().leaderEpoch());
    }

    /** An instance; NOT_FOUND when it never was here. */
    public InstanceReport instance(InstanceId id) {
        return report(instances.get(id).record());
    }

    /** How the last job stands; NOT_FOUND only for an instance that never was here. */
    public JobReport job(InstanceId id) {
        return jobs.report(instances.get(id).record());
    }

    /** What the checks want to know about a running instance. */
    public InstanceFacts facts(InstanceId id) {
        InstanceRecord record = instances.get(id).record();
        PostgresServer server = tools.server(record);
        if (!server.takesLogins()) {
            throw new DroverException(
                    ErrorCode.POSTGRES_UNREACHABLE,
                    "instance " + id + " does not run or is held",
                    "start or unseal it");
        }
        Set<String> journaled =
                record.settings().stream().map(SettingChange::setting).collect(Collectors.toSet());
        return server.facts(leftovers(record), journaled);
    }

    /** What earlier moves have left behind, as far as it is not the present copy's. */
    private List<String> leftovers(InstanceRecord record) {
        List<String> journals = record.settings().stream()
                .map(change -> "journal of move " + change.move() + ": " + change.setting())
                .toList();
        return Stream.concat(journals.stream(), tools.directories().leftovers(record.dataDirs()).stream())
                .toList();
    }

    /** What the checks want to know before a copy is made here. */
    public TargetFacts targetFacts(
            ShardId shard, int port, String sourceHost, int sourcePort, List<String> tablespaces) {
        Path place = instances
                .ofShard(firstBeside(shard))
                .flatMap(known -> tools.homeOf(known.record(), sourcePort))
                .map(Home::dataDir)
                .orElseGet(() -> tools.plannedLayout(firstBeside(shard)).data());
        List<Path> places = Stream.concat(
                        Stream.of(place),
                        instances.ofShard(shard).stream().flatMap(known -> known.record().dataDirs().stream()))
                .toList();
        return new TargetFacts(
                node(),
                place.toString(),
                tools.directories().stateOfPlace(place),
                tools.postgres().isPortFree(port),
                tools.postgres().replicationLogin(sourceHost, sourcePort),
                missing(tablespaces),
                tools.directories().leftovers(places));
    }

    /** Directories that do not exist here or are not empty. */
    private List<String> missing(List<String> names) {
        return names.stream()
                .filter(name -> !tools.directories().state(Path.of(name)).equals("empty"))
                .toList();
    }

    /** An instance lies where its first shard names it, whichever of its shards is asked for. */
    private ShardId firstBeside(ShardId shard) {
        return topology.seen().stream()
                .filter(seen -> seen.value().shard().equals(shard))
                .flatMap(seen -> topology.seen(seen.value().instance()).stream())
                .findFirst()
                .map(first -> first.value().shard())
                .orElse(shard);
    }

    private InstanceReport report(InstanceRecord record) {
        boolean running = tools.runs(record);
        Optional<Live> live = server(record).flatMap(Observation::live);
        Optional<ServerState> state = live.map(Live::state);
        return new InstanceReport(
                record.instance(),
                record.shards(),
                record.database(),
                record.dataDir().toString(),
                record.socketDir().toString(),
                record.port(),
                record.role(),
                running,
                state.map(ServerState::inRecovery).orElse(null),
                live.map(Live::timeline).orElse(null),
                state.map(ServerState::lsn).orElse(null),
                state.map(ServerState::streaming).orElse(null),
                record.seal() == null ? null : record.seal().epoch(),
                record.settings().isEmpty() ? null : record.settings().get(0).move());
    }

    /** The server, when it runs and takes connections: a held one would let the caller wait. */
    private Optional<PostgresServer> server(InstanceRecord record) {
        return Optional.of(tools.server(record)).filter(PostgresServer::takesLogins);
    }

    private record Live(ServerState state, int timeline) {}

    private static Optional<Live> live(PostgresServer server) {
        try (PostgresSession session = server.connect()) {
            return Optional.of(new Live(session.state(), session.timeline()));
        } catch (DroverException e) {
            // it is starting or stopping: what it is will be seen next time
            LOG.debug("no state of a server", e);
            return Optional.empty();
        }
    }
}
