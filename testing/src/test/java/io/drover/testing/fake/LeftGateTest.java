/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.api.DatabaseName;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Verb;
import io.drover.api.time.Scheduler;
import io.drover.daemon.agent.Agent;
import io.drover.daemon.agent.NodeTools;
import io.drover.replication.DataDirectories;
import io.drover.replication.NodeFacts;
import io.drover.replication.PostgresNode;
import io.drover.replication.PostgresServer;
import io.drover.replication.ServerPlace;
import io.drover.replication.ServiceName;
import io.drover.replication.Waiting;
import io.drover.topology.TopologyStore;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.ZkLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent that was killed while it had systemd start an adopted instance: the next one lets nobody else start it (H56). */
final class LeftGateTest {
    private static final Scheduler SCHEDULER = Scheduler.system();
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(10);
    private static final Path ROOT = Path.of("/fake");
    private static final ServiceName UNIT = new ServiceName(ServiceName.Kind.SYSTEMD, "postgresql@15-main.service");

    private final FakePostgres world = new FakePostgres(SCHEDULER, FakeTimes.usual());
    private final FakeZooKeeper zooKeeper = new FakeZooKeeper(SCHEDULER, ZkLayout.roots());
    private final FakeStateFiles files = new FakeStateFiles();
    private final Set<ServiceName> closed = Collections.newSetFromMap(new ConcurrentHashMap<>());

    /** A machine whose units are listened to. */
    private record Listened(PostgresNode node, Set<ServiceName> closed) implements PostgresNode {
        @Override
        public PostgresServer server(ServerPlace place) {
            return node.server(place);
        }

        @Override
        public DataDirectories directories() {
            return node.directories();
        }

        @Override
        public NodeFacts facts() {
            return node.facts();
        }

        @Override
        public boolean isPortFree(int port) {
            return node.isPortFree(port);
        }

        @Override
        public String replicationLogin(String host, int port) {
            return node.replicationLogin(host, port);
        }

        @Override
        public void closeLeftGate(ServiceName service) {
            closed.add(service);
        }
    }

    private Agent agent() {
        return Agent.assemble(
                new NodeTools(
                        new NodeId("host_a"),
                        "host_a",
                        ROOT,
                        ROOT,
                        new Listened(world.node("host_a"), closed),
                        SCHEDULER),
                files,
                new TopologyStore(zooKeeper.connect("host_a", LIMIT, SCHEDULER, message -> Network.Fate.AT_ONCE)),
                () -> true);
    }

    /** Where it is, and when its copy lies elsewhere by now. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theNextAgentClosesIt(boolean atHome) throws IOException {
        InstanceId instance = adopted(atHome);
        Agent next = agent();
        assertThat(next.observation().instance(instance).running()).isTrue();
        assertThat(closed).isEmpty();

        next.start();
        try {
            assertThat(Waiting.until(LIMIT, POLL, () -> !closed.isEmpty())).isTrue();
            assertThat(closed).containsExactly(UNIT);
        } finally {
            next.stop();
            zooKeeper.close();
        }
    }

    /** It may be a clone that waits to be refused. */
    @Test
    void anAgentThatHasNotBegunDoesNothingWhateverItHears() throws IOException {
        adopted(true);
        Agent waiting = agent();

        waiting.topologyListener().connection(TopologyWatcher.Connection.CONNECTED);

        assertThat(Waiting.until(Duration.ofSeconds(1), POLL, () -> !closed.isEmpty()))
                .isFalse();
        zooKeeper.close();
    }

    /** What an agent has on disk about an instance that it found under the unit. */
    private InstanceId adopted(boolean atHome) throws IOException {
        Verb<InstanceReport> make = new Verb.Initialize(new ShardId("shard_01"), 5433, new DatabaseName("app"));
        Map<String, @Nullable Object> command = new TreeMap<>();
        command.put("token", null);
        command.put("args", make);
        InstanceReport made = (InstanceReport) agent().dispatch(new InstanceId("0"), make.path(), Json.bytes(command));
        String file = files.names().stream()
                .filter(name -> name.contains(made.instance().value()))
                .findFirst()
                .orElseThrow();
        ObjectNode record = Json.read(files.read(file), ObjectNode.class);
        record.set(
                "home",
                Json.mapper()
                        .valueToTree(Map.of(
                                "dataDir", atHome ? made.dataDir() : "/var/lib/postgresql/15/main",
                                "socketDir", made.socketDir(),
                                "port", made.port(),
                                "startArguments", List.of("/usr/lib/postgresql/15/bin/postgres"),
                                "service", UNIT)));
        files.replace(file, Json.bytes(record));
        return made.instance();
    }
}
