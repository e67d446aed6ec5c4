package io.drover.daemon.agent;

import io.drover.api.Json;
import io.drover.api.NodeId;
import io.drover.daemon.resources.ProblemMapper;
import io.drover.topology.NodeRecord;
import io.drover.topology.NodeRegistry;
import io.drover.topology.Watch;
import io.drover.topology.ZooKeeperConnection;
import io.dropwizard.core.Application;
import io.dropwizard.core.server.AbstractServerFactory;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.lifecycle.Managed;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.apache.curator.framework.CuratorFramework;

/** The daemon that runs on each node, as PostgreSQL's operating system user; {@code drover agent FILE.yml} starts it. */
public final class AgentApplication extends Application<AgentConfiguration> {
    private static final int DEFAULT_PORT = 8090;

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
        environment.jersey().register(new ProblemMapper());
        CuratorFramework client = ZooKeeperConnection.connect(
                configuration.getZookeeper(),
                Duration.ofMillis(configuration.getZookeeperSessionTimeout().toMilliseconds()));
        NodeRecord node =
                new NodeRecord(new NodeId(configuration.getNode()), configuration.getHost(), address(configuration));
        environment.lifecycle().manage(new Membership(client, node));
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

    /** Announces the node while the agent runs. */
    private static final class Membership implements Managed {
        private final CuratorFramework client;
        private final NodeRecord node;
        private volatile Watch registration = () -> {};

        Membership(CuratorFramework client, NodeRecord node) {
            this.client = client;
            this.node = node;
        }

        @Override
        public void start() {
            registration = new NodeRegistry(client).register(node);
        }

        @Override
        public void stop() {
            registration.close();
            client.close();
        }
    }
}
