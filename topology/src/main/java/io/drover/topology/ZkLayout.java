/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.InstanceId;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.Participant;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Every path in ZooKeeper, relative to the chroot. The only class that knows one. */
public final class ZkLayout {
    private static final String TOPOLOGY = "/topology";
    private static final String PARTICIPANTS = "/participants";
    private static final String POOLERS = "/poolers";
    private static final String MOVES = "/moves";
    private static final String NODES = "/nodes";
    private static final String LEADER = "/leader";
    private static final String LEADER_EPOCH = "/leader-epoch";
    private static final String LOCKS = "/locks";
    private static final String IDEMPOTENCY = "/idempotency";
    private static final String HISTORY_PREFIX = "history-";
    private static final String ALIVE = "/alive";

    private ZkLayout() {}

    /** Who serves the shard; part of the contract with clients of any language. */
    public static ZNode<ShardTopology> shardTopology(ShardId shard) {
        return topologies().child(shard.value());
    }

    /** The topology of every shard. */
    public static ZDirectory<ShardTopology> topologies() {
        return new ZDirectory<>(TOPOLOGY, ShardTopology.class);
    }

    /** The shard whose topology lies at this path; empty for any other path. */
    static Optional<ShardId> topologyShard(String path) {
        String prefix = TOPOLOGY + "/";
        if (!path.startsWith(prefix)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ShardId(path.substring(prefix.length())));
        } catch (IllegalArgumentException e) {
            // Not one of ours, or below one of ours.
            return Optional.empty();
        }
    }

    /** The clients of a shard; always exists once the shard does. */
    public static ZDirectory<Participant> participants(ShardId shard) {
        return new ZDirectory<>(PARTICIPANTS + "/" + shard, Participant.class);
    }

    /** The ephemeral znode of one client of a shard. */
    public static ZNode<Participant> participant(ShardId shard, String client) {
        return participants(shard).child(client);
    }

    /** The groups of poolers' adapters in front of a shard. */
    static ZDirectory<PoolerGroup> poolers(ShardId shard) {
        return new ZDirectory<>(POOLERS + "/" + shard, PoolerGroup.class);
    }

    /** One of these groups; outlives its adapters, so that those that are missing are missed. */
    static ZNode<PoolerGroup> poolerGroup(ShardId shard, String group) {
        return poolers(shard).child(group);
    }

    /** The stored moves; the record is the daemon's. */
    public static <T> ZDirectory<T> moves(Class<T> record) {
        return new ZDirectory<>(MOVES, record);
    }

    /** The record of one move; its history lies below it. */
    public static <T> ZNode<T> move(MoveId move, Class<T> record) {
        return moves(record).child(move.value());
    }

    /**
     * One line of a move's history.
     *
     * @throws IllegalArgumentException when the number is negative or has more than ten digits
     */
    public static ZNode<Move.HistoryEntry> history(MoveId move, long number) {
        if (number < 0 || number > 9_999_999_999L) {
            throw new IllegalArgumentException("not a number of a history entry: " + number);
        }
        String digits = Long.toString(number);
        return histories(move).child(HISTORY_PREFIX + "0".repeat(10 - digits.length()) + digits);
    }

    /** Holds the history of a move: the znode of the move itself. */
    static ZDirectory<Move.HistoryEntry> histories(MoveId move) {
        return new ZDirectory<>(MOVES + "/" + move, Move.HistoryEntry.class);
    }

    /** The number in the name of a history entry; empty when the name is another's. */
    static OptionalLong historyNumber(String name) {
        return name.startsWith(HISTORY_PREFIX)
                ? OptionalLong.of(Long.parseLong(name.substring(HISTORY_PREFIX.length())))
                : OptionalLong.empty();
    }

    /** The registered nodes. */
    public static ZDirectory<NodeRecord> nodes() {
        return new ZDirectory<>(NODES, NodeRecord.class);
    }

    /** The record of one node. */
    public static ZNode<NodeRecord> node(NodeId node) {
        return nodes().child(node.value());
    }

    /** The ephemeral znode of the node's agent. */
    public static ZNode<NodeRecord> nodeAlive(NodeId node) {
        return new ZNode<>(node(node).path() + ALIVE, NodeRecord.class);
    }

    /** The same znode as the agent that keeps it writes it. */
    static ZNode<AgentMark> nodeClaim(NodeId node) {
        return new ZNode<>(nodeAlive(node).path(), AgentMark.class);
    }

    /** Counts the leaderships. Persistent: its version is the fencing token of every controller's write (hazard H37). */
    public static ZNode<LeaderRecord> leaderEpoch() {
        return new ZNode<>(LEADER_EPOCH, LeaderRecord.class);
    }

    /** Holds the ephemeral znodes of the controllers that want to lead. */
    static String leaderLatch() {
        return LEADER;
    }

    /** Held by the one move that the instance is in. */
    public static ZNode<MoveLock> instanceLock(InstanceId instance) {
        return locks().child("instance-" + instance);
    }

    /** Held by the one move that uses the node as source or target. */
    public static ZNode<MoveLock> nodeLock(NodeId node) {
        return locks().child("node-" + node);
    }

    /** All locks. */
    public static ZDirectory<MoveLock> locks() {
        return new ZDirectory<>(LOCKS, MoveLock.class);
    }

    /** What was answered to the request with this idempotency key; the key may hold any text and is therefore hashed. */
    public static <T> ZNode<T> idempotency(String key, Class<T> record) {
        return idempotencies(record).child(sha256(key));
    }

    /** The answers kept for repeated requests. */
    public static <T> ZDirectory<T> idempotencies(Class<T> record) {
        return new ZDirectory<>(IDEMPOTENCY, record);
    }

    /** The znodes that exist in every installation. */
    public static List<String> roots() {
        return List.of(TOPOLOGY, PARTICIPANTS, POOLERS, MOVES, NODES, LEADER, LOCKS, IDEMPOTENCY);
    }

    /** What kind of znode lies at a path. */
    static ZkPlace placeOf(String path) {
        int depth = (int) path.chars().filter(letter -> letter == '/').count();
        int end = path.indexOf('/', 1);
        return switch (end < 0 ? path : path.substring(0, end)) {
            case TOPOLOGY -> at(depth, ZkPlace.TOPOLOGIES, ZkPlace.TOPOLOGY);
            case PARTICIPANTS -> at(depth, ZkPlace.CONTROLLERS, ZkPlace.PARTICIPANTS, ZkPlace.PARTICIPANT);
            case POOLERS -> at(depth, ZkPlace.POOLERS, ZkPlace.SHARD_POOLERS, ZkPlace.POOLER_GROUP);
            case MOVES -> at(depth, ZkPlace.MOVES, ZkPlace.MOVE);
            case NODES -> at(depth, ZkPlace.NODES, ZkPlace.NODE, ZkPlace.NODE_ALIVE);
            case LEADER_EPOCH -> at(depth, ZkPlace.LEADER_EPOCH);
            default -> ZkPlace.CONTROLLERS;
        };
    }

    private static ZkPlace at(int depth, ZkPlace... places) {
        return depth <= places.length ? places[depth - 1] : ZkPlace.CONTROLLERS;
    }

    /** The name of the node that a znode at or below it belongs to. */
    static String nodeIn(String path) {
        String below = path.substring(NODES.length() + 1);
        int end = below.indexOf('/');
        return end < 0 ? below : below.substring(0, end);
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("BUG: every Java runtime has SHA-256", e);
        }
    }
}
