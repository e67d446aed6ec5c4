package io.drover.topology;

import io.drover.api.InstanceId;
import io.drover.api.LeaderEpoch;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.curator.framework.CuratorFramework;

/** Reads topologies, and writes them the way an agent does: by compare-and-set, without a leader. */
public final class TopologyStore {
    public TopologyStore(CuratorFramework client) {
        throw new UnsupportedOperationException();
    }

    /** The topology of a shard. A read may be stale (hazard H40): decide by {@link #swap} and {@link #verify}. */
    public Optional<Versioned<ShardTopology>> read(ShardId shard) {
        throw new UnsupportedOperationException();
    }

    /** The topology of every shard, by shard id. */
    public List<Versioned<ShardTopology>> readAll() {
        throw new UnsupportedOperationException();
    }

    /** The topology of every shard in the instance, by shard id. */
    public List<Versioned<ShardTopology>> readInstance(InstanceId instance) {
        throw new UnsupportedOperationException();
    }

    /** Replaces all the topologies in one transaction, or none. */
    public List<Versioned<ShardTopology>> swap(
            List<Versioned<ShardTopology>> expected, UnaryOperator<ShardTopology> change) {
        throw new UnsupportedOperationException();
    }

    /** Proves by a check-only transaction that the topologies are the newest and that the epoch's controller leads (rule R3). */
    public void verify(List<Versioned<ShardTopology>> expected, LeaderEpoch epoch) {
        throw new UnsupportedOperationException();
    }

    /** Proves by a check-only transaction that the topologies are the newest. */
    public void verify(List<Versioned<ShardTopology>> expected) {
        throw new UnsupportedOperationException();
    }

    /** Proves by a check-only transaction that the epoch's controller leads. */
    public void verify(LeaderEpoch epoch) {
        throw new UnsupportedOperationException();
    }
}
