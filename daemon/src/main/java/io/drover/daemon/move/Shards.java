/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.NodeInfo;
import io.drover.api.NodePath;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.TopologyExport;
import io.drover.api.TopologyRebuild;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.NodeReport;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoints;
import io.drover.topology.LeaderTransaction;
import io.drover.topology.Leadership;
import io.drover.topology.NodeRecord;
import io.drover.topology.NodeStatus;
import io.drover.topology.ParticipantStore;
import io.drover.topology.Versioned;
import io.drover.topology.ZNode;
import io.drover.topology.ZkLayout;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Shows and adopts shards, shows nodes. Runs on the leading controller. */
final class Shards implements ShardService {
    /** Stands for an instance whose system identifier is not known yet. */
    private static final InstanceId UNKNOWN = new InstanceId("0");

    private static final Duration ADOPT_LIMIT = Duration.ofMinutes(3);
    private static final Duration PURGE_LIMIT = Duration.ofMinutes(10);

    private final Services services;
    private final ParticipantStore participants;
    private final MoveRunner runner;
    private final StandbyAdoption standbys;
    /** Two adoptions of one instance at a time would not see each other. */
    private final Lock publishing;

    Shards(Services services, ParticipantStore participants, MoveRunner runner) {
        this.services = services;
        this.participants = participants;
        this.runner = runner;
        this.standbys = new StandbyAdoption(services);
        this.publishing = services.scheduler().newLock();
    }

    @Override
    public List<ShardTopology> shards() {
        return services.topology().readAll().stream().map(Versioned::value).toList();
    }

    @Override
    public ShardTopology shard(ShardId id) {
        return services.topology()
                .read(id)
                .map(Versioned::value)
                .orElseThrow(() -> new DroverException(
                        ErrorCode.NOT_FOUND, "there is no shard " + id, "list the shards: bin/drover shards"));
    }

    @Override
    public ShardTopology adopt(ShardId id, ShardAdoption adoption, Consumer<List<ShardId>> allowed) {
        Leadership leadership = runner.requireLeadership();
        NodeRecord node = services.nodes()
                .find(adoption.node())
                .orElseThrow(() -> new DroverException(
                        ErrorCode.UNKNOWN_NODE,
                        "there is no node " + adoption.node(),
                        "list the nodes: bin/drover nodes; a node appears when its agent has started once"));
        Optional<ShardTopology> known = services.topology().read(id).map(Versioned::value);
        TouchedShards touched = new TouchedShards(services);
        allowed.accept(touched.before(id, known, adoption, node));
        if (known.isPresent() && StandbyAdoption.isAskedFor(known.orElseThrow(), adoption)) {
            ShardTopology shard = known.orElseThrow();
            return StandbyAdoption.repeated(shard, adoption)
                    .orElseGet(() -> standbys.adopt(leadership, shard, adoption, node));
        }
        if (known.isPresent()) {
            return sameOrRefuse(known.orElseThrow(), adoption);
        }
        // before the agent hears of it; the transaction below looks again
        knownIn(node.id(), adoption.dataDir()).ifPresent(instance -> refuseWhenMoving(id, instance));
        InstanceReport instance = take(id, node.id(), adoption);
        allowed.accept(touched.after(id, instance.instance()));
        refuseWhenKnownBetter(id, node.id(), instance.instance());
        participants.ensure(id);
        publishing.lock();
        try {
            return publish(leadership, firstTopology(id, adoption, node, instance, siblings(id, node.id(), instance)));
        } finally {
            publishing.unlock();
        }
    }

    /** The other shards of the instance. All of them are where it is: one that is served elsewhere is another's claim to it. */
    private List<ShardTopology> siblings(ShardId id, NodeId node, InstanceReport instance) {
        List<ShardTopology> known = services.topology().readInstance(instance.instance()).stream()
                .map(Versioned::value)
                .toList();
        known.stream()
                .filter(sibling -> !sibling.primary().node().equals(node))
                .findFirst()
                .ifPresent(sibling -> {
                    throw new DroverException(
                            ErrorCode.ALREADY_EXISTS,
                            "shard " + id + " is not adopted on " + node + ": its instance " + instance.instance()
                                    + " is served by " + sibling.primary().node() + ", as shard " + sibling.shard()
                                    + "; nothing was published",
                            "one agent for one instance: name "
                                    + sibling.primary().node());
                });
        return known;
    }

    /** Epoch 1 would be refused by every agent and client that has seen a higher one; what they remember is not thrown away. */
    private void refuseWhenKnownBetter(ShardId id, NodeId node, InstanceId instance) {
        boolean published = !services.topology().readInstance(instance).isEmpty();
        long seen = published
                ? 0
                : services.agents().memory(node).instances().stream()
                        .filter(memory -> memory.instance().equals(instance))
                        .mapToLong(memory -> memory.seenEpoch().value())
                        .max()
                        .orElse(0);
        if (seen > 0) {
            throw new DroverException(
                    ErrorCode.TOPOLOGY_OUTDATED,
                    "shard " + id + " is not adopted at epoch 1: the agent of " + node + " has seen its instance "
                            + instance + " at epoch " + seen + ", and ZooKeeper has lost it",
                    "look at what would be written from what the agents remember: bin/drover topology rebuild");
        }
    }

    private ShardTopology publish(Leadership leadership, ShardTopology first) {
        ZNode<ShardTopology> topology = ZkLayout.shardTopology(first.shard());
        try {
            LeaderTransaction transaction = leadership
                    .transaction()
                    .checkAbsent(ZkLayout.instanceLock(first.instance()))
                    .create(topology, first);
            return FaultPoints.around("shard", "adopt", transaction::commit)
                    .of(topology)
                    .value();
        } catch (DroverException e) {
            if (e.code() == ErrorCode.ALREADY_EXISTS) {
                refuseWhenMoving(first.shard(), first.instance());
            }
            throw e;
        }
    }

    /** A move fences the shards that its instance had when it began; one that came later would be moved without a fence. */
    private void refuseWhenMoving(ShardId id, InstanceId instance) {
        refuseWhenHeld(
                instance,
                "shard " + id + " cannot be adopted now: its instance " + instance
                        + " is held by move {move}; nothing was published",
                "adopt it when move {move} has ended: bin/drover show {move}");
    }

    private void refuseWhenHeld(InstanceId instance, String what, String hint) {
        services.documents().read(ZkLayout.instanceLock(instance)).ifPresent(lock -> {
            MoveId move = lock.value().move();
            throw new DroverException(
                            ErrorCode.SHARD_BUSY,
                            what.replace("{move}", move.value()),
                            hint.replace("{move}", move.value()))
                    .heldBy(move);
        });
    }

    /** The instance that the node's agent knows in a data directory. */
    private Optional<InstanceId> knownIn(NodeId node, @Nullable NodePath dataDir) {
        return services.agents().node(node).instances().stream()
                .filter(instance -> dataDir != null && instance.dataDir().equals(dataDir.value()))
                .map(InstanceReport::instance)
                .findFirst();
    }

    private ShardTopology sameOrRefuse(ShardTopology known, ShardAdoption adoption) {
        if (known.primary().node().equals(adoption.node())
                && known.primary().port() == adoption.port()
                && known.database().equals(adoption.database().value())
                && (adoption.dataDir() == null
                        || knownIn(adoption.node(), adoption.dataDir()).equals(Optional.of(known.instance())))) {
            return known;
        }
        throw new DroverException(
                ErrorCode.ALREADY_EXISTS,
                "shard " + known.shard() + " exists: database " + known.database() + " on "
                        + known.primary().node() + " at port " + known.primary().port()
                        + ", in the data directory that bin/drover nodes --json shows",
                "choose another shard id");
    }

    private InstanceReport take(ShardId id, NodeId node, ShardAdoption adoption) {
        if (Boolean.TRUE.equals(adoption.initialize())) {
            Verb.Initialize verb = new Verb.Initialize(id, adoption.port(), adoption.database());
            return services.agents().call(node, UNKNOWN, null, verb, ADOPT_LIMIT);
        }
        NodePath dataDir = adoption.dataDir();
        if (dataDir == null) {
            throw new DroverException(
                    ErrorCode.MALFORMED_REQUEST,
                    "dataDir is missing",
                    "name the data directory of the running instance");
        }
        Verb.Adopt verb = new Verb.Adopt(id, dataDir, adoption.port(), adoption.database());
        return services.agents().call(node, UNKNOWN, null, verb, ADOPT_LIMIT);
    }

    /** Shards of one instance are always fenced together, and have the same standbys: a further one begins where the others are. */
    private static ShardTopology firstTopology(
            ShardId id,
            ShardAdoption adoption,
            NodeRecord node,
            InstanceReport instance,
            List<ShardTopology> siblings) {
        FenceEpoch epoch = siblings.stream()
                .map(ShardTopology::epoch)
                .max(FenceEpoch::compareTo)
                .orElse(new FenceEpoch(1));
        return new ShardTopology(
                1,
                id,
                instance.instance(),
                epoch,
                TopologyState.SERVING,
                adoption.database().value(),
                new Endpoint(node.id(), node.host(), adoption.port()),
                siblings.stream().findFirst().map(ShardTopology::replicas).orElse(List.of()),
                null,
                null);
    }

    @Override
    public List<NodeInfo> nodes() {
        return services.nodes().list().stream().map(this::describe).toList();
    }

    private NodeInfo describe(NodeStatus status) {
        NodeRecord node = status.node();
        Optional<NodeReport> report = status.alive() ? ask(node.id()) : Optional.empty();
        List<NodeInfo.Instance> instances = report.map(NodeReport::instances).orElse(List.of()).stream()
                .map(instance -> new NodeInfo.Instance(
                        instance.instance(),
                        instance.shards(),
                        instance.dataDir(),
                        instance.socketDir(),
                        instance.port(),
                        instance.role().name(),
                        instance.running()))
                .toList();
        NodeInfo.Disk disk = report.map(known -> new NodeInfo.Disk(known.diskFree(), known.diskTotal()))
                .orElse(null);
        return new NodeInfo(node.id(), node.host(), node.agent(), status.alive(), instances, disk);
    }

    private Optional<NodeReport> ask(NodeId node) {
        try {
            return Optional.of(services.agents().node(node));
        } catch (DroverException e) {
            // a list of nodes is wanted most when one of them does not answer
            return Optional.empty();
        }
    }

    @Override
    public void forget(NodeId node) {
        new NodeRemoval(services).remove(node, runner.requireLeadership());
    }

    @Override
    public TopologyExport exportTopology() {
        return new TopologyRebuilds(services, participants).export(runner.requireLeadership());
    }

    @Override
    public TopologyRebuild.Plan rebuildTopology(TopologyRebuild.Order order) {
        return new TopologyRebuilds(services, participants).rebuild(order, runner.requireLeadership());
    }

    @Override
    public List<String> purge(ShardId id, NodeId node) {
        ShardTopology shard = shard(id);
        // the agent looks again, at the topology
        refuseWhenHeld(
                shard.instance(),
                "nothing of shard " + id + " is purged: its instance " + shard.instance()
                        + " is held by move {move}, whose copies are in use",
                "purge when move {move} has ended: bin/drover show {move}");
        return services.agents()
                .call(node, shard.instance(), null, new Verb.Purge(), PURGE_LIMIT)
                .directories();
    }
}
