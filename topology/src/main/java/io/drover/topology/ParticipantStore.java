/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.Participant;
import io.drover.api.ShardId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The clients that take part in moves of a shard. Thread-safe. */
public final class ParticipantStore {
    private static final Logger LOG = LoggerFactory.getLogger(ParticipantStore.class);
    private static final Duration POLL = Duration.ofSeconds(1);

    private final ZooKeeperClient client;
    private final ZkCalls calls;
    /** Who was there at the last look: mostly the same as at the next one, and in the pause a round trip counts. */
    private final Map<ShardId, List<String>> last = new ConcurrentHashMap<>();

    public ParticipantStore(ZooKeeperClient client) {
        this.client = requireNonNull(client, "client is null");
        this.calls = new ZkCalls(client);
    }

    /** Makes the directory of a shard's participants when it is missing; to be done before the shard gets a topology. */
    public void ensure(ShardId shard) {
        calls.ensure(ZkLayout.participants(shard).path());
    }

    /**
     * Client: makes the ephemeral znode and keeps it in place, in each new session too, until closed. Returns when it exists.
     *
     * @param id unique among all clients and all their restarts; part of a znode's name
     * @throws DroverException UNKNOWN_SHARD when the shard has no directory of participants; ZOOKEEPER_UNAVAILABLE when
     *     ZooKeeper does not answer
     */
    public Registration register(ShardId shard, String id, Participant participant) {
        Registration registration = prepare(shard, id, participant);
        registration.make();
        return registration;
    }

    /**
     * The same without the first try: {@link Registration#readTopology()} makes the znode. Close it also when that has failed, since what had
     * no answer may have happened.
     */
    public Registration prepare(ShardId shard, String id, Participant participant) {
        ZNode<Participant> own = ZkLayout.participant(shard, id);
        String directory = ZkLayout.participants(shard).path();
        EphemeralNode node = new EphemeralNode(client, calls, own.path(), AtomicWrite.encode(own, participant), () -> {
            if (calls.read(directory).isEmpty()) {
                throw new DroverException(ErrorCode.UNKNOWN_SHARD, "ZooKeeper knows no shard " + shard);
            }
        });
        return new Registration(calls, shard, own, node);
    }

    /**
     * Controller: the participants by client id. One that has vanished is unknown, never drained (hazard H42); one whose znode
     * cannot be read as a participant counts as having acknowledged nothing.
     */
    public Map<String, Participant> list(ShardId shard) {
        ZDirectory<Participant> directory = ZkLayout.participants(shard);
        Map<String, Participant> participants = new TreeMap<>();
        calls.readChildren(directory, last.getOrDefault(shard, List.of()))
                .forEach((node, bytes) -> participants.put(node.name(), participant(node, bytes)));
        last.put(shard, List.copyOf(participants.keySet()));
        return participants;
    }

    private static Participant participant(ZNode<Participant> node, Versioned<byte[]> bytes) {
        try {
            return ZkCalls.decode(node, bytes).value();
        } catch (DroverException e) {
            // Clients of other languages write these; one fault there must not keep the others' shards from moving.
            LOG.warn("{} counts as a client that has acknowledged nothing", node, e);
            return new Participant(0, "unreadable", "unknown", new FenceEpoch(0), false);
        }
    }

    /**
     * Controller: runs something, on a thread of its own, soon after a participant came, went or wrote, and now and then without
     * cause; it then asks {@link #list}.
     */
    public Watch watch(ShardId shard, Runnable onChange) {
        return new ChangeWatch(client, ZkLayout.participants(shard).path(), POLL, onChange);
    }
}
