/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static java.util.Objects.requireNonNull;

import io.dropwizard.core.Application;
import io.dropwizard.core.server.AbstractServerFactory;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.lifecycle.Managed;
import io.drover.api.Json;
import io.drover.daemon.config.SecretFile;
import io.drover.daemon.resources.ProblemMapper;
import io.drover.topology.NodeRecord;
import io.drover.topology.NodeRegistry;
import io.drover.topology.TopologyStore;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Watch;
import io.drover.topology.ZooKeeperConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.curator.framework.CuratorFramework;

/** The daemon that runs on each node, as PostgreSQL's operating system user; {@code drover agent FILE.yml} starts it. */
public final class AgentApplication extends Application<AgentConfiguration> {
    private static final int DEFAULT_PORT = 8090;
    /** An agent that waits for ZooKeeper does not look after its instances meanwhile. */
    private static final Duration ZOOKEEPER_LIMIT = Duration.ofSeconds(3);

    @Override
    public String getName() {
        return "drover-agent";
    }

    @Override
    public void run(AgentConfiguration configuration, Environment environment) throws IOException {
        Files.createDirectories(configuration.getDataRoot());
        Files.createDirectories(configuration.getStateDir());
        Json.configure(environment.getObjectMapper());
        if (configuration.getServerFactory() instanceof AbstractServerFactory server) {
            server.setRegisterDefaultExceptionMappers(false);
        }
        NodeTools tools = NodeTools.of(configuration);
        CuratorFramework client = ZooKeeperConnection.connect(
                configuration.getZookeeper(),
                Duration.ofMillis(configuration.getZookeeperSessionTimeout().toMilliseconds()));
        TopologyStore store = new TopologyStore(client, ZOOKEEPER_LIMIT);
        AtomicReference<Runnable> onChange = new AtomicReference<>(() -> {});
        TopologyView view = new TopologyView(
                () -> requireNonNull(onChange.get(), "onChange is null").run());
        Instances instances = new Instances(new InstanceStore(configuration.getStateDir()));
        Jobs jobs = new Jobs();
        instances.all().forEach(jobs::adopt);
        Observation observation = new Observation(tools, new NodeFacts(tools), instances, jobs, view);
        TopologyGate gate = new TopologyGate(store, view, tools.node());
        InstanceSettings settings = new InstanceSettings(tools);
        SealVerbs seals = new SealVerbs(tools, settings, gate);
        TargetVerbs targets = new TargetVerbs(tools, settings, store);

        VerbTable verbs = new VerbTable();
        new AdoptionVerbs(tools, instances, observation).addTo(verbs);
        new CopyVerbs(tools, instances, jobs, view, observation).addTo(verbs);
        new ServerVerbs(tools, settings).addTo(verbs);
        new GuardVerbs(tools, settings).addTo(verbs);
        seals.addTo(verbs);
        targets.addTo(verbs);
        new RejoinVerbs(tools, jobs).addTo(verbs);
        new SetAsideVerbs(tools, store).addTo(verbs);
        verbs.requireComplete();

        Supervisor supervisor = new Supervisor(tools, instances, view, store, settings, seals, targets);
        onChange.set(supervisor::wake);
        environment.jersey().register(new ProblemMapper());
        environment.jersey().register(new TokenFilter(SecretFile.read(configuration.getTokenFile())));
        environment.jersey().register(new AgentResource(new VerbDispatcher(verbs, instances, gate), observation));
        environment.jersey().register(new HealthResource(observation));
        NodeRecord node = new NodeRecord(tools.node(), tools.host(), address(configuration));
        environment.lifecycle().manage(new Membership(client, node, view));
        environment.lifecycle().manage(supervisor);
    }

    private static String address(AgentConfiguration configuration) {
        String given = configuration.getAgentUrl();
        if (given != null) {
            return given;
        }
        int port = DEFAULT_PORT;
        if (configuration.getServerFactory() instanceof DefaultServerFactory server
                && server.getApplicationConnectors().get(0) instanceof HttpConnectorFactory http) {
            port = http.getPort();
        }
        return "http://" + configuration.getHost() + ":" + port;
    }

    /** Announces the node and watches the topology while the agent runs. */
    private static final class Membership implements Managed {
        private final CuratorFramework client;
        private final NodeRecord node;
        private final TopologyView view;
        private volatile Watch registration = () -> {};
        private volatile AutoCloseable watcher = () -> {};

        Membership(CuratorFramework client, NodeRecord node, TopologyView view) {
            this.client = client;
            this.node = node;
            this.view = view;
        }

        @Override
        public void start() {
            watcher = TopologyWatcher.watchAll(client, view);
            registration = new NodeRegistry(client).register(node);
        }

        @Override
        public void stop() throws Exception {
            registration.close();
            watcher.close();
            client.close();
        }
    }
}
