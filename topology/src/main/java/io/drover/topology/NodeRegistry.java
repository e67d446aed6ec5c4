/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.NodeId;
import io.drover.api.fault.FaultPoints;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The nodes and whether their agents are connected. Thread-safe. */
public final class NodeRegistry {
    /** An agent that waits for ZooKeeper does not look after its instances meanwhile. */
    private static final Duration CLAIM_LIMIT = Duration.ofSeconds(2);

    private final ZooKeeperClient client;
    private final ZkCalls calls;

    public NodeRegistry(ZooKeeperClient client) {
        this(client, new ZkCalls(client));
    }

    private NodeRegistry(ZooKeeperClient client, ZkCalls calls) {
        this.client = requireNonNull(client, "client is null");
        this.calls = requireNonNull(calls, "calls is null");
    }

    /**
     * Agent: keeps the node's record and its ephemeral znode in place until closed, across sessions. Does not wait for ZooKeeper
     * (rule R8). Closing deletes the ephemeral znode and leaves the record.
     */
    public Watch register(NodeRecord node) {
        ZNode<NodeRecord> alive = ZkLayout.nodeAlive(node.id());
        EphemeralNode ephemeral = new EphemeralNode(
                client, calls, alive.path(), AtomicWrite.encode(alive, node), () -> keepRecord(node, true));
        ephemeral.start();
        return ephemeral::close;
    }

    /**
     * Agent: a claim to be the one of its node, that nobody else can have at the same time. Not begun to be held yet.
     *
     * @param hasEnded whether the process of this mark is known to have ended: then what it has left need not time out first
     */
    public NodeClaim claim(AgentMark own, Predicate<AgentMark> hasEnded) {
        ZkCalls soon = new ZkCalls(client, CLAIM_LIMIT);
        return new NodeClaim(client, soon, own, hasEnded, new NodeRegistry(client, soon));
    }

    /**
     * Writes the node's record.
     *
     * @param replace whether also over another one
     */
    void keepRecord(NodeRecord node, boolean replace) {
        ZNode<NodeRecord> record = ZkLayout.node(node.id());
        Optional<Versioned<byte[]>> stored = calls.read(record.path());
        AtomicWrite write = new AtomicWrite(calls);
        if (stored.isPresent()) {
            client.accessRules().ifPresent(rules -> AccessTree.claim(calls, rules, record.path()));
        }
        if (stored.isEmpty()) {
            write.create(record, node);
        } else if (replace
                && !ZkCalls.decode(record, stored.orElseThrow()).value().equals(node)) {
            write.set(record, stored.orElseThrow().version(), node);
        } else {
            return;
        }
        FaultPoints.around("node", "record", write::commit);
    }

    /** Every node that ever registered, by id. */
    public List<NodeStatus> list() {
        ZDirectory<NodeRecord> directory = ZkLayout.nodes();
        List<Versioned<NodeRecord>> nodes = calls.readSound(
                calls.children(directory.path()).stream().map(directory::child).toList());
        Map<ZNode<NodeRecord>, Versioned<byte[]>> alive = calls.readMany(nodes.stream()
                .map(node -> ZkLayout.nodeAlive(node.value().id()))
                .toList());
        List<NodeStatus> statuses = new ArrayList<>();
        for (Versioned<NodeRecord> node : nodes) {
            statuses.add(new NodeStatus(
                    node.value(),
                    alive.containsKey(ZkLayout.nodeAlive(node.value().id()))));
        }
        return List.copyOf(statuses);
    }

    /** The record of one node, whether its agent is connected or not. */
    public Optional<NodeRecord> find(NodeId node) {
        ZNode<NodeRecord> record = ZkLayout.node(node);
        return calls.read(record.path())
                .map(bytes -> ZkCalls.decode(record, bytes).value());
    }

    /** Whether the agent's ephemeral znode is there; no proof of anything when it is not (rule R4). */
    public boolean alive(NodeId node) {
        return calls.read(ZkLayout.nodeAlive(node).path()).isPresent();
    }
}
