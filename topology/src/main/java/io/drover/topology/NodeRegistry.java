package io.drover.topology;

import io.drover.api.NodeId;
import java.util.List;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;

/** The nodes and whether their agents are connected. */
public final class NodeRegistry {
    public NodeRegistry(CuratorFramework client) {
        throw new UnsupportedOperationException();
    }

    /** Agent: keeps the node's record and its ephemeral znode in place until closed. Does not wait for ZooKeeper (rule R8). */
    public Watch register(NodeRecord node) {
        throw new UnsupportedOperationException();
    }

    /** Every node that ever registered, by id. */
    public List<NodeStatus> list() {
        throw new UnsupportedOperationException();
    }

    /** The record of one node, whether its agent is connected or not. */
    public Optional<NodeRecord> find(NodeId node) {
        throw new UnsupportedOperationException();
    }

    /** Whether the agent's ephemeral znode is there. */
    public boolean alive(NodeId node) {
        throw new UnsupportedOperationException();
    }
}
