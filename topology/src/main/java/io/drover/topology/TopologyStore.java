/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.LeaderEpoch;
import io.drover.api.MoveState;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads topologies, and writes them the way an agent does: by compare-and-set, without a leader. Thread-safe; every method ends
 * within its limit, with ZOOKEEPER_UNAVAILABLE when ZooKeeper does not answer.
 */
public final class TopologyStore {
    /** One that waits for a person has not come to its end. */
    private static final Set<String> ENDS =
            Set.of(MoveState.COMPLETED.name(), MoveState.ABORTED.name(), MoveState.ROLLED_BACK.name());

    private static final int AT_ONCE = 500;

    private final ZkCalls calls;
    private volatile @Nullable Versioned<LeaderRecord> leader;

    /** Waits up to ten seconds for each answer. */
    public TopologyStore(ZooKeeperClient client) {
        this.calls = new ZkCalls(client);
    }

    /**
     * Chooses the limit.
     *
     * @param limit how long to wait for ZooKeeper at most
     */
    public TopologyStore(ZooKeeperClient client, Duration limit) {
        this.calls = new ZkCalls(client, limit);
    }

    /** The topology of a shard. A read may be stale (hazard H40): decide by {@link #swap} and {@link #verify}. */
    public Optional<Versioned<ShardTopology>> read(ShardId shard) {
        ZNode<ShardTopology> node = ZkLayout.shardTopology(shard);
        return calls.read(node.path()).map(bytes -> ZkCalls.decode(node, bytes));
    }

    /** The topology of every shard, by shard id, but of those whose znode holds something else. */
    public List<Versioned<ShardTopology>> readAll() {
        ZDirectory<ShardTopology> topologies = ZkLayout.topologies();
        return calls.readSound(calls.children(topologies.path()).stream()
                .map(topologies::child)
                .toList());
    }

    /**
     * The topology of every shard in the instance, by shard id. Looks at every shard that there is: who knows which ones the instance
     * holds asks {@link #readInstance(InstanceId, Collection)}.
     */
    public List<Versioned<ShardTopology>> readInstance(InstanceId instance) {
        ZDirectory<ShardTopology> topologies = ZkLayout.topologies();
        List<String> names = calls.children(topologies.path());
        List<Versioned<ShardTopology>> found = new ArrayList<>();
        // not all at once: several who ask at the same time would hold the topologies of the whole installation several
        // times
        for (int from = 0; from < names.size(); from += AT_ONCE) {
            found.addAll(ofInstance(
                    instance,
                    names.subList(from, Math.min(from + AT_ONCE, names.size())).stream()
                            .map(topologies::child)
                            .toList()));
        }
        return List.copyOf(found);
    }

    /**
     * The topologies of these shards, in their order, but for those that are absent or lie in another instance. It costs as much in a
     * large installation as in a small one.
     *
     * @param shards all shards that the instance is known to hold
     */
    public List<Versioned<ShardTopology>> readInstance(InstanceId instance, Collection<ShardId> shards) {
        return ofInstance(instance, shards.stream().map(ZkLayout::shardTopology).toList());
    }

    private List<Versioned<ShardTopology>> ofInstance(InstanceId instance, List<ZNode<ShardTopology>> nodes) {
        return calls.readAll(nodes).stream()
                .filter(topology -> topology.value().instance().equals(instance))
                .toList();
    }

    /**
     * The same, not older than what the leader of the ensemble had committed when the call began, short of a change of that leader:
     * for what is no write and must not be decided on an old reading (hazard H40). One trip more.
     */
    public List<Versioned<ShardTopology>> readInstanceFresh(InstanceId instance) {
        // the sync in it brings this session's server up to date, for what is read after it
        Optional<Versioned<byte[]>> unused =
                calls.readFresh(ZkLayout.topologies().path());
        return readInstance(instance);
    }

    /**
     * Whether somebody still works on a move, as far as a read tells: after {@link #verify} it is not older than that.
     *
     * @param shortId the first characters of its id; empty for no move at all
     */
    public MoveStanding standingOf(String shortId) {
        ZDirectory<StoredMove> moves = ZkLayout.moves(StoredMove.class);
        List<Versioned<StoredMove>> named = shortId.isEmpty()
                ? List.of()
                : calls.readAll(calls.children(moves.path()).stream()
                        .filter(name -> name.startsWith(shortId))
                        .map(moves::child)
                        .toList());
        if (named.isEmpty()) {
            return MoveStanding.UNKNOWN;
        }
        return named.stream().allMatch(move -> ENDS.contains(move.value().state()))
                ? MoveStanding.ENDED
                : MoveStanding.LIVE;
    }

    /** All that is read of a move's record here. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record StoredMove(String state) {}

    /**
     * Replaces all the topologies in one transaction, or none.
     *
     * @param expected what was read; must still be the newest
     * @param change makes the new topology from the old one; must not change the shard
     * @return what was written, in the order of {@code expected}
     * @throws DroverException CONFLICT when one of them has been written since; then nothing has changed
     */
    public List<Versioned<ShardTopology>> swap(
            List<Versioned<ShardTopology>> expected, UnaryOperator<ShardTopology> change) {
        AtomicWrite write = new AtomicWrite(calls);
        for (Versioned<ShardTopology> old : expected) {
            write.set(node(old), old.version(), change.apply(old.value()));
        }
        CommitResult result = new CommitResult(write.commit());
        return expected.stream().map(old -> result.of(node(old))).toList();
    }

    /** Goes the way of {@link #swap} to ZooKeeper and back with a version that no znode can have: nothing changes. */
    public void rehearseSwap(List<Versioned<ShardTopology>> current, UnaryOperator<ShardTopology> change) {
        AtomicWrite write = new AtomicWrite(calls);
        current.forEach(topology -> write.set(node(topology), Integer.MAX_VALUE, change.apply(topology.value())));
        try {
            write.commit();
        } catch (DroverException e) {
            if (e.code() != ErrorCode.CONFLICT) {
                throw e;
            }
        }
    }

    /**
     * Proves by a check-only transaction that the topologies are the newest and that the epoch's controller leads (rule R3).
     *
     * @throws DroverException CONFLICT when a topology has been written since; LEADERSHIP_LOST when another controller leads
     */
    public void verify(List<Versioned<ShardTopology>> expected, LeaderEpoch epoch) {
        Versioned<LeaderRecord> known = leader;
        if (known != null && known.value().epoch().equals(epoch)) {
            // The version still stands for this epoch, or the check fails: one trip less inside the write pause.
            commitChecks(expected, known);
            return;
        }
        ZNode<LeaderRecord> node = ZkLayout.leaderEpoch();
        Versioned<LeaderRecord> read = calls.readFresh(node.path())
                .map(bytes -> ZkCalls.decode(node, bytes))
                .orElseThrow(() -> new DroverException(ErrorCode.LEADERSHIP_LOST, "no controller has ever led here"));
        if (!read.value().epoch().equals(epoch)) {
            throw new DroverException(
                    ErrorCode.LEADERSHIP_LOST,
                    "the leader's epoch is " + read.value().epoch() + ", not " + epoch + "; nothing was done",
                    "another controller leads and goes on; look at the moves: bin/drover moves");
        }
        commitChecks(expected, read);
        leader = read;
    }

    /**
     * Proves by a check-only transaction that the topologies are the newest.
     *
     * @throws DroverException CONFLICT when one has been written since
     */
    public void verify(List<Versioned<ShardTopology>> expected) {
        commitChecks(expected, null);
    }

    /**
     * Proves by a check-only transaction that the epoch's controller leads.
     *
     * @throws DroverException LEADERSHIP_LOST when another controller leads
     */
    public void verify(LeaderEpoch epoch) {
        verify(List.of(), epoch);
    }

    private void commitChecks(List<Versioned<ShardTopology>> expected, @Nullable Versioned<LeaderRecord> leading) {
        AtomicWrite write = new AtomicWrite(calls);
        if (leading != null) {
            write.check(ZkLayout.leaderEpoch(), leading.version());
        }
        for (Versioned<ShardTopology> topology : expected) {
            write.check(node(topology), topology.version());
        }
        write.commit();
    }

    private static ZNode<ShardTopology> node(Versioned<ShardTopology> topology) {
        return ZkLayout.shardTopology(topology.value().shard());
    }
}
