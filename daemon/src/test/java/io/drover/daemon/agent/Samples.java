/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.LeaderEpoch;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Token;
import io.drover.api.time.Scheduler;
import io.drover.daemon.agent.InstanceRecord.SealRecord;
import io.drover.replication.LocalPostgresNode;
import io.drover.replication.PostgresBinaries;
import io.drover.replication.RoleSetup.Passwords;
import io.drover.replication.ServerTls;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Values that several tests share. */
final class Samples {
    static final NodeId HERE = new NodeId("node_a");
    static final NodeId THERE = new NodeId("node_b");
    static final InstanceId INSTANCE = new InstanceId("7301234567890123456");
    static final ShardId SHARD = new ShardId("shard_01");
    static final MoveId MOVE = new MoveId("aaaaaaaa-1");
    static final MoveId OTHER_MOVE = new MoveId("bbbbbbbb-2");

    private Samples() {}

    static InstanceRecord record(Role role, long grant) {
        return record(role, grant, Path.of("/data"));
    }

    /** Whose files lie where an agent with this data root puts them. */
    static InstanceRecord record(Role role, long grant, Path dataRoot) {
        return InstanceRecord.first(
                        INSTANCE,
                        List.of(SHARD),
                        "app",
                        dataRoot.resolve("shard_01/data"),
                        dataRoot.resolve("shard_01/socket"),
                        5433,
                        role)
                .withRole(role, new FenceEpoch(grant));
    }

    /** A node without PostgreSQL's programs. */
    static NodeTools tools(Path dataRoot) {
        return new NodeTools(
                HERE,
                "127.0.0.1",
                dataRoot,
                dataRoot,
                new LocalPostgresNode(
                        HERE.value(),
                        "127.0.0.1",
                        dataRoot,
                        new PostgresBinaries(dataRoot.resolve("bin")),
                        new Passwords("a", "b", "c"),
                        ServerTls.NONE),
                Scheduler.system());
    }

    /** An instance whose record is kept in a directory. */
    static ManagedInstance managed(Path stateDir, InstanceRecord record) {
        return new ManagedInstance(new InstanceStore(new StateDirectory(stateDir)), Scheduler.system(), record);
    }

    static VerbCall call(ManagedInstance instance) {
        return new VerbCall(instance, token(1, 1), Deadline.in(Scheduler.system(), Duration.ofSeconds(20)), List.of());
    }

    static SealRecord seal(long epoch) {
        return new SealRecord(new FenceEpoch(epoch), MOVE, 4711, null, 1, 0, null, null);
    }

    /** A topology whose primary is on one node and whose target, when a move holds it, is on the other. */
    static ShardTopology topology(TopologyState state, long epoch, NodeId primary) {
        NodeId other = primary.equals(HERE) ? THERE : HERE;
        return new ShardTopology(
                1,
                SHARD,
                INSTANCE,
                new FenceEpoch(epoch),
                state,
                "app",
                new Endpoint(primary, "127.0.0.1", 5433),
                List.of(new Replica(other, "127.0.0.2", 5433, ReplicaRole.TARGET, 0)),
                MOVE,
                state == TopologyState.SERVING ? null : new ShardTopology.Fence(Instant.EPOCH, 2000));
    }

    static Token token(long leader, long sequence) {
        return token(leader, sequence, MOVE);
    }

    static Token token(long leader, long sequence, MoveId move) {
        return new Token(new LeaderEpoch(leader), move, 110, sequence, 1000);
    }
}
