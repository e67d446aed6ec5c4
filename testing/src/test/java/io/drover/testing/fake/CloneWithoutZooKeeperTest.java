/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.api.DatabaseName;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Verb;
import io.drover.api.time.Scheduler;
import io.drover.daemon.agent.Agent;
import io.drover.daemon.agent.Membership;
import io.drover.daemon.agent.NodeTools;
import io.drover.replication.Waiting;
import io.drover.topology.AgentMark;
import io.drover.topology.NodeClaim;
import io.drover.topology.NodeRegistry;
import io.drover.topology.TopologyStore;
import io.drover.topology.ZkLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A primary's machine and a clone of it come up where neither reaches ZooKeeper. The original starts its server (rule R8); the clone, with
 * the same grant on its disk, does not.
 */
final class CloneWithoutZooKeeperTest {
    private static final Scheduler SCHEDULER = Scheduler.system();
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(10);
    private static final NodeId NODE = new NodeId("host_a");
    private static final int PORT = 5433;
    private static final Path ROOT = Path.of("/fake");

    @TempDir
    private Path machines = Path.of("");

    private final FakePostgres world = new FakePostgres(SCHEDULER, FakeTimes.usual());
    private final FakeZooKeeper zooKeeper = new FakeZooKeeper(SCHEDULER, ZkLayout.roots());
    /** A clone has the same. */
    private final FakeStateFiles files = new FakeStateFiles();

    /** An agent's process, on a machine. */
    private final class AgentProcess implements AutoCloseable {
        private final Agent agent;
        private final Membership membership;

        AgentProcess(String machine) {
            FakeZooKeeperClient client = zooKeeper.connect(machine, LIMIT, SCHEDULER, message -> Network.Fate.AT_ONCE);
            NodeClaim claim = new NodeRegistry(client)
                    .claim(new AgentMark(NODE, NODE.value(), "http://host_a:8090", null), mark -> false);
            agent = Agent.assemble(
                    new NodeTools(NODE, NODE.value(), ROOT, ROOT, world.node(NODE.value()), SCHEDULER),
                    files,
                    new TopologyStore(client, Duration.ofMillis(100)),
                    claim::isHeld);
            membership = new Membership(
                    client, claim, Duration.ofSeconds(1), files, machines.resolve(machine), agent, () -> {});
        }

        void start() {
            membership.start();
        }

        @Override
        public void close() {
            membership.stop();
        }
    }

    private void machine(String name, String card) throws IOException {
        Path root = machines.resolve(name);
        Files.writeString(Files.createDirectories(root.resolve("etc")).resolve("machine-id"), "the disk's own\n");
        Path device = Files.createDirectories(root.resolve("sys/class/net/eth0"));
        Files.createDirectory(device.resolve("device"));
        Files.writeString(device.resolve("addr_assign_type"), "0\n");
        Files.writeString(device.resolve("address"), card + "\n");
    }

    private boolean runs() {
        return !world.running().isEmpty();
    }

    @Test
    void startsNoPrimaryAndItsOriginalDoes() throws IOException {
        machine("original", "52:54:00:00:00:01");
        machine("clone", "52:54:00:00:00:02");
        try (AgentProcess original = new AgentProcess("original")) {
            original.start();
        }
        // by one that does not look after it: what ends with a process goes on for a moment in a test
        makePrimary(new AgentProcess("original").agent);
        grant();
        zooKeeper.stop();
        world.mishaps().powerOff(NODE.value());
        assertThat(runs()).isFalse();

        try (AgentProcess clone = new AgentProcess("clone")) {
            assertThatThrownBy(clone::start)
                    .isInstanceOfSatisfying(
                            DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.IDENTITY_MISMATCH))
                    .hasMessageContaining("another machine's");
            assertThat(Waiting.until(Duration.ofSeconds(2), POLL, this::runs)).isFalse();
        }

        try (AgentProcess original = new AgentProcess("original")) {
            original.start();
            assertThat(Waiting.until(LIMIT, POLL, () -> world.writable() == 1)).isTrue();
        } finally {
            zooKeeper.close();
        }
    }

    private static void makePrimary(Agent agent) {
        Verb<InstanceReport> make = new Verb.Initialize(new ShardId("shard_01"), PORT, new DatabaseName("app"));
        Map<String, @Nullable Object> command = new TreeMap<>();
        command.put("token", null);
        command.put("args", make);
        agent.dispatch(new InstanceId("0"), make.path(), Json.bytes(command));
    }

    /** As the agent notes when its shard is published. */
    private void grant() throws IOException {
        for (String name : files.names()) {
            if (name.endsWith(".json")) {
                ObjectNode record = (ObjectNode) Json.mapper().readTree(files.read(name));
                files.replace(name, Json.bytes(record.put("grantEpoch", 1)));
            }
        }
    }
}
