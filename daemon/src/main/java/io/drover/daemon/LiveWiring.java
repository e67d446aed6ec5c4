/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodeId;
import io.drover.daemon.config.ControllerConfiguration;
import io.drover.daemon.config.PostgresTrustFactory;
import io.drover.daemon.config.SecretFile;
import io.drover.daemon.metrics.MoveObserver;
import io.drover.daemon.move.AccessAudit;
import io.drover.daemon.move.MoveControl;
import io.drover.daemon.remote.HttpAgents;
import io.drover.daemon.remote.PostgresMonitors;
import io.drover.daemon.tls.PeerClients;
import io.drover.daemon.tls.TlsMaterial;
import io.drover.replication.InstanceMonitors;
import io.drover.replication.ServerTls;
import io.drover.topology.DocumentStore;
import io.drover.topology.NodeRegistry;
import io.drover.topology.ParticipantStore;
import io.drover.topology.PoolerRegistry;
import io.drover.topology.TopologyStore;
import io.drover.topology.ZooKeeperClient;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The services that move real shards. */
final class LiveWiring implements ControllerWiring {
    @Override
    public Parts assemble(
            ControllerConfiguration configuration,
            ZooKeeperClient client,
            @Nullable TlsMaterial identity,
            MoveObserver observer) {
        NodeRegistry nodes = new NodeRegistry(client);
        PostgresTrustFactory trust = configuration.getPostgres().getTls();
        InstanceMonitors monitors = new InstanceMonitors(
                configuration.getPostgres().getUser(),
                SecretFile.read(configuration.getPostgres().getPasswordFile()),
                trust == null ? ServerTls.NONE : ServerTls.verifying(trust.getCa()));
        AtomicReference<@Nullable MoveControl> assembled = new AtomicReference<>();
        HttpAgents agents = new HttpAgents(
                node -> address(nodes, node),
                SecretFile.read(configuration.getAgentTokenFile()),
                new PeerClients(identity, HttpAgents.CONNECT_LIMIT),
                () -> Optional.ofNullable(assembled.get())
                        .flatMap(control -> control.runner().leaderEpoch()));
        MoveControl control = MoveControl.assemble(
                new MoveControl.Stores(
                        new TopologyStore(client),
                        new DocumentStore(client),
                        nodes,
                        new ParticipantStore(client),
                        new PoolerRegistry(client),
                        AccessAudit.of(client)),
                agents,
                new PostgresMonitors(monitors),
                observer,
                MoveControl.Means.usual(client.scheduler()));
        assembled.set(control);
        return new Parts(control.moves(), control.shards(), control.runner(), () -> {
            control.runner().close();
            monitors.close();
        });
    }

    private static URI address(NodeRegistry nodes, NodeId node) {
        return nodes.find(node)
                .map(record -> URI.create(record.agent()))
                .orElseThrow(() -> new DroverException(
                        ErrorCode.UNKNOWN_NODE,
                        "there is no node " + node,
                        "list the nodes: bin/drover nodes; a node appears when its agent has started once"));
    }
}
