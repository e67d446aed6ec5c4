/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.ShardId;
import io.drover.api.TopologyState;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.TargetFacts;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.NodeReport;
import io.drover.daemon.agent.InstanceRecord.SettingChange;
import io.drover.replication.FactsReader;
import io.drover.replication.InstanceLayout;
import io.drover.replication.LocalServer;
import io.drover.replication.Postmaster;
import io.drover.replication.PostmasterDoor;
import io.drover.replication.Promotion;
import io.drover.replication.ReplicationLogin;
import io.drover.replication.ServerState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the agent sees: the node, its instances, their jobs. Changes nothing. */
final class Observation {
    private static final Logger LOG = LoggerFactory.getLogger(Observation.class);

    private final NodeTools tools;
    private final NodeFacts nodeFacts;
    private final Instances instances;
    private final Jobs jobs;
    private final TopologyView topology;

    Observation(NodeTools tools, NodeFacts nodeFacts, Instances instances, Jobs jobs, TopologyView topology) {
        this.tools = tools;
        this.nodeFacts = nodeFacts;
        this.instances = instances;
        this.jobs = jobs;
        this.topology = topology;
    }

    /** The node with the instances that have files here. */
    NodeReport node() {
        return nodeFacts.report(instances.all().stream()
                .map(ManagedInstance::record)
                .filter(record -> Files.exists(record.dataDir()))
                .map(this::report)
                .toList());
    }

    InstanceReport instance(InstanceId id) {
        return report(instances.get(id).record());
    }

    /** How the last job stands; NOT_FOUND only for an instance that never was here. */
    JobReport job(InstanceId id) {
        return jobs.report(instances.get(id).record());
    }

    InstanceFacts facts(InstanceId id) {
        InstanceRecord record = instances.get(id).record();
        if (server(record).isEmpty()) {
            throw new DroverException(
                    ErrorCode.POSTGRES_UNREACHABLE,
                    "instance " + id + " does not run or is held",
                    "start or unseal it");
        }
        Set<String> journaled =
                record.settings().stream().map(SettingChange::setting).collect(Collectors.toSet());
        return new FactsReader(tools.binaries(), tools.server(record), record.dataDir())
                .read(leftovers(record), journaled);
    }

    /** What earlier moves have left behind, as far as it is not the present copy's. */
    private static List<String> leftovers(InstanceRecord record) {
        List<String> journals = record.settings().stream()
                .map(change -> "journal of move " + change.move() + ": " + change.setting())
                .toList();
        return Stream.concat(journals.stream(), NodeFacts.leftovers(record.dataDirs()).stream())
                .toList();
    }

    TargetFacts targetFacts(ShardId shard, int port, String sourceHost, int sourcePort, List<String> tablespaces) {
        InstanceLayout layout = tools.plannedLayout(firstBeside(shard));
        List<Path> places = Stream.concat(
                        Stream.of(layout.data()),
                        instances.ofShard(shard).stream().flatMap(known -> known.record().dataDirs().stream()))
                .toList();
        return new TargetFacts(
                node(),
                layout.data().toString(),
                NodeFacts.stateOfPlace(layout.data()),
                nodeFacts.isPortFree(port),
                ReplicationLogin.probe(sourceHost, sourcePort, tools.passwords().replication()),
                NodeFacts.missing(tablespaces),
                NodeFacts.leftovers(places));
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

    /** Whether this node takes the shard's writes: it is published as the primary, and its server is one. */
    boolean takesWrites(ShardId shard) {
        Optional<InstanceRecord> record = instances.ofShard(shard).map(ManagedInstance::record);
        boolean published = topology.seen().stream()
                .filter(seen -> seen.value().shard().equals(shard))
                .anyMatch(seen -> seen.value().state() == TopologyState.SERVING
                        && seen.value().primary().node().equals(tools.node()));
        return published
                && record.flatMap(this::server)
                        .flatMap(Observation::live)
                        .filter(live -> !live.state().inRecovery())
                        .isPresent();
    }

    /** Whether this node has a copy of the shard that streams. */
    boolean takesReads(ShardId shard) {
        return instances
                .ofShard(shard)
                .map(ManagedInstance::record)
                .flatMap(this::server)
                .flatMap(Observation::live)
                .filter(live -> live.state().inRecovery() && live.state().streaming())
                .isPresent();
    }

    private InstanceReport report(InstanceRecord record) {
        boolean running = tools.postmaster(record).find().isPresent();
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
    private Optional<LocalServer> server(InstanceRecord record) {
        Optional<Postmaster.Running> postmaster = tools.postmaster(record).find();
        return postmaster.filter(running -> !PostmasterDoor.held(running.pid())).map(running -> tools.server(record));
    }

    private record Live(ServerState state, int timeline) {}

    private static Optional<Live> live(LocalServer server) {
        try {
            Connection connection = server.connect();
            try {
                return Optional.of(new Live(ServerState.read(connection), Promotion.timeline(connection)));
            } finally {
                NodeTools.close(connection);
            }
        } catch (DroverException e) {
            // it is starting or stopping: what it is will be seen next time
            LOG.debug("no state of the server at {}", server, e);
            return Optional.empty();
        }
    }
}
