/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon;

import com.codahale.metrics.MetricRegistry;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.lifecycle.Managed;
import io.drover.daemon.access.AccessFile;
import io.drover.daemon.access.BearerToken;
import io.drover.daemon.audit.AuditLog;
import io.drover.daemon.config.AdminPort;
import io.drover.daemon.config.Approvals;
import io.drover.daemon.config.AuditFactory;
import io.drover.daemon.config.ControllerConfiguration;
import io.drover.daemon.health.AccessHealth;
import io.drover.daemon.health.LeadershipHealth;
import io.drover.daemon.health.ZooKeeperHealth;
import io.drover.daemon.metrics.MetricNames;
import io.drover.daemon.metrics.PrometheusEndpoint;
import io.drover.daemon.metrics.RegistryMoveObserver;
import io.drover.daemon.resources.EventStreams;
import io.drover.daemon.resources.FenceLimit;
import io.drover.daemon.resources.LeaderForwarding;
import io.drover.daemon.resources.Rest;
import io.drover.daemon.tls.DaemonTls;
import io.drover.daemon.tls.PeerClients;
import io.drover.daemon.tls.PeerName;
import io.drover.daemon.tls.PeerRules;
import io.drover.daemon.tls.TlsMaterial;
import io.drover.topology.LeaderElection;
import io.drover.topology.ZooKeeperClient;
import java.nio.file.Path;
import java.time.Duration;
import org.eclipse.jetty.util.component.LifeCycle;

/** The daemon that carries moves out; {@code drover server FILE.yml} starts it. Several may run, one leads. */
public final class ControllerApplication extends Application<ControllerConfiguration> {
    private static final Duration LEADER_PATIENCE = Duration.ofSeconds(5);
    /** For so long somebody may still come in who was taken out of the access file. */
    private static final Duration ACCESS_RECHECK = Duration.ofSeconds(1);

    private final ControllerWiring wiring;

    public ControllerApplication(ControllerWiring wiring) {
        this.wiring = wiring;
    }

    /** The controller for production. */
    public static ControllerApplication live() {
        return new ControllerApplication(new LiveWiring());
    }

    @Override
    public String getName() {
        return "drover";
    }

    @Override
    public void run(ControllerConfiguration configuration, Environment environment) {
        TlsMaterial identity = DaemonTls.install(
                configuration.getTls(),
                PeerName.controller(configuration.getId()),
                configuration.getServerFactory(),
                environment,
                PeerRules.controller(LeaderForwarding.FORWARDED));
        AdminPort.bind(configuration.getServerFactory());
        Rest.Protection protection = protection(configuration, environment);
        MetricRegistry metrics = environment.metrics();
        RegistryMoveObserver observer = new RegistryMoveObserver(metrics, com.codahale.metrics.Clock.defaultClock());
        ZooKeeperClient client = configuration.getZookeeper().openAsController();
        environment.lifecycle().manage(closing(client));

        ControllerWiring.Parts parts = wiring.assemble(configuration, client, identity, observer);
        environment.lifecycle().manage(closing(parts.closing()));
        ElectedLeaders leaders = new ElectedLeaders(parts.leadership());
        environment.lifecycle().manage(closing(leaders));
        LeaderElection election = new LeaderElection(client, configuration.getId(), configuration.getRest(), leaders);
        leaders.ask(election::current);

        EventStreams streams = Rest.install(
                environment,
                configuration.getServerFactory(),
                parts.moves(),
                parts.shards(),
                leaders,
                protection,
                new PeerClients(identity, LeaderForwarding.CONNECT_LIMIT),
                LEADER_PATIENCE);
        environment.lifecycle().addEventListener(new Stopping(election, streams));
        // a leader is forwarded to: it must listen first
        AccessGuard guard = new AccessGuard(client, configuration.getId(), election::start);
        environment.lifecycle().manage(closing(guard));
        environment.lifecycle().addServerLifecycleListener(server -> guard.start());

        environment.healthChecks().register("zookeeper", new ZooKeeperHealth(client::isConnected));
        environment.healthChecks().register("zookeeper-access", new AccessHealth(guard::problem));
        environment.healthChecks().register("leadership", new LeadershipHealth(leaders));
        metrics.registerGauge(MetricNames.ZOOKEEPER_CONNECTED, () -> client.isConnected() ? 1 : 0);
        PrometheusEndpoint.install(environment.admin(), metrics);
    }

    /** Who may call, and what is recorded of it. */
    private static Rest.Protection protection(ControllerConfiguration configuration, Environment environment) {
        AuditFactory configured = configuration.getAudit();
        AuditLog audit = configured == null ? AuditLog.none() : configured.open(configuration.getId());
        environment.lifecycle().manage(closing(audit));
        if (configured != null) {
            environment.healthChecks().register("audit", new AccessHealth(audit::failure));
        }
        Integer perHour = configuration.getFencesPerHour();
        FenceLimit fences = perHour == null ? FenceLimit.none() : new FenceLimit(perHour, System::nanoTime);
        Path listed = configuration.getAccessFile();
        if (listed == null) {
            return new Rest.Protection(BearerToken.in(configuration.getTokenFile()), audit, false, fences);
        }
        AccessFile file = new AccessFile(listed, ACCESS_RECHECK);
        environment.healthChecks().register("access", new AccessHealth(file::broken));
        return new Rest.Protection(file, audit, configuration.getApprovals() == Approvals.SECOND_PERSON, fences);
    }

    private static Managed closing(AutoCloseable resource) {
        return new Managed() {
            @Override
            public void stop() throws Exception {
                resource.close();
            }
        };
    }

    /** Gives the leadership up and ends streams before the server waits for its open requests. */
    private record Stopping(LeaderElection election, EventStreams streams) implements LifeCycle.Listener {
        @Override
        public void lifeCycleStopping(LifeCycle event) {
            election.close();
            try {
                streams.stop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
