/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.Participant;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import java.util.Optional;
import org.apache.zookeeper.KeeperException;

/**
 * A client's membership in a shard. Thread-safe.
 *
 * <p>The order that the contract demands: register, then {@link #readTopology()}, only then write. After a new session (seen by
 * {@link TopologyWatcher.Connection#NEW_SESSION} or by {@link #session()} having changed) the same order begins again.
 */
public final class Registration implements AutoCloseable {
    private final ZkCalls calls;
    private final ZNode<Participant> own;
    private final ZNode<ShardTopology> topology;
    private final EphemeralNode node;

    Registration(ZkCalls calls, ShardId shard, ZNode<Participant> own, EphemeralNode node) {
        this.calls = requireNonNull(calls, "calls is null");
        this.own = requireNonNull(own, "own is null");
        this.topology = ZkLayout.shardTopology(shard);
        this.node = requireNonNull(node, "node is null");
    }

    /** The session in which the ephemeral znode was last seen to exist. */
    public long session() {
        return node.session();
    }

    /** Whether the ephemeral znode exists as far as is known: the connection is up and its session is the one that made it. */
    public boolean current() {
        return node.isCurrent();
    }

    /** Makes the znode in the present session, and keeps it from then on. */
    long make() {
        long session = node.establish();
        node.start();
        return session;
    }

    /**
     * Reads the topology after the ephemeral znode and in the same session: whoever raises a fence that this does not show finds
     * the client among the participants (hazard H43).
     *
     * @return empty when the shard has no topology
     * @throws DroverException ZOOKEEPER_UNAVAILABLE when no session lasts long enough
     */
    public Optional<Versioned<ShardTopology>> readTopology() {
        String doing = "reading " + topology + " after " + own;
        long deadline = calls.deadline();
        while (true) {
            long session = make();
            try {
                ZooKeeperSession present = calls.session();
                if (present.id() == session) {
                    // A session never reads what is older than its own writes.
                    Optional<ZNodeData> read = calls.await(present.read(topology.path()), deadline);
                    if (calls.session().id() == session) {
                        return read.map(znode -> ZkCalls.decode(topology, znode.versioned()));
                    }
                }
            } catch (KeeperException e) {
                if (!ZkErrors.isTransient(e)) {
                    throw ZkErrors.translate(e, doing);
                }
            } catch (InterruptedException e) {
                throw ZkErrors.interrupted(doing, e);
            }
            if (!calls.pause(deadline)) {
                throw ZkErrors.unavailable(doing, null);
            }
        }
    }

    /**
     * Writes the znode anew, for example with the acknowledged epoch; returns when ZooKeeper has it. Also what a new session
     * begins with.
     *
     * @throws DroverException ZOOKEEPER_UNAVAILABLE when ZooKeeper does not answer; it is then written at the next connecting
     */
    public void update(Participant participant) {
        node.update(AtomicWrite.encode(own, participant));
    }

    /**
     * Deletes the znode. Drain first: afterwards nobody asks this client to. Waits two seconds at most; when ZooKeeper does not
     * answer, the znode is deleted later, while the connection is open.
     */
    @Override
    public void close() {
        node.close();
    }
}
