/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.dropwizard.core.Application;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.drover.daemon.config.AdminPort;
import io.drover.daemon.config.SecretFile;
import io.drover.daemon.health.ZooKeeperHealth;
import io.drover.daemon.metrics.MetricNames;
import io.drover.daemon.metrics.PrometheusEndpoint;
import io.drover.daemon.tls.DaemonTls;
import io.drover.daemon.tls.PeerName;
import io.drover.daemon.tls.PeerRules;
import io.drover.topology.NodeClaim;
import io.drover.topology.NodeRegistry;
import io.drover.topology.TopologyStore;
import io.drover.topology.ZooKeeperClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The daemon that runs on each node, as PostgreSQL's operating system user; {@code drover agent FILE.yml} starts it. */
public final class AgentApplication extends Application<AgentConfiguration> {
    private static final int DEFAULT_PORT = 8090;
    /** An agent that waits for ZooKeeper does not look after its instances meanwhile. */
    private static final Duration ZOOKEEPER_LIMIT = Duration.ofSeconds(3);

    private final Runnable refused;

    /**
     * Makes it.
     *
     * @param refused ends the process: it began while nobody could be asked, and another agent has the node
     */
    public AgentApplication(Runnable refused) {
        this.refused = refused;
    }

    @Override
    public String getName() {
        return "drover-agent";
    }

    @Override
    public void run(AgentConfiguration configuration, Environment environment) throws IOException {
        DaemonTls.install(
                configuration.getTls(),
                PeerName.agent(configuration.getNode()),
                configuration.getServerFactory(),
                environment,
                PeerRules::agent);
        AdminPort.bind(configuration.getServerFactory());
        Files.createDirectories(configuration.getDataRoot());
        Files.createDirectories(configuration.getStateDir());
        NodeTools tools = NodeTools.of(configuration);
        // an agent without PostgreSQL's programs says so at its start
        tools.postgres().facts();
        ZooKeeperClient client = configuration.getZookeeper().openAsAgent(tools.node());
        StateDirectory state = new StateDirectory(configuration.getStateDir());
        NodeClaim claim = new NodeRegistry(client)
                .claim(ThisProcess.mark(tools.node(), tools.host(), address(configuration)), ThisProcess::hasEnded);
        Agent agent = Agent.assemble(tools, state, new TopologyStore(client, ZOOKEEPER_LIMIT), claim::isHeld);

        AgentRest.install(
                environment, configuration.getServerFactory(), agent, SecretFile.read(configuration.getTokenFile()));
        environment.healthChecks().register("zookeeper", new ZooKeeperHealth(agent::connected));
        environment.metrics().registerGauge(MetricNames.LEFTOVERS_UNDONE, agent::undone);
        PrometheusEndpoint.install(environment.admin(), environment.metrics());
        environment.healthChecks().register("node", new ClaimHealth(claim));
        Duration sessionTimeout = Duration.ofMillis(
                configuration.getZookeeper().getSessionTimeout().toMilliseconds());
        environment
                .lifecycle()
                .manage(new Membership(client, claim, sessionTimeout, state, Path.of("/"), agent, refused));
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
        String host = configuration.getHost();
        return (configuration.getTls() == null ? "http://" : "https://")
                + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
