/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.daemon.ControllerApplication;
import io.drover.daemon.ControllerWiring;
import io.drover.daemon.config.ControllerConfiguration;
import io.drover.daemon.config.SecretFile;
import io.drover.daemon.metrics.MoveObserver;
import io.drover.daemon.move.MoveControl;
import io.drover.daemon.remote.HttpAgents;
import io.drover.daemon.tls.TlsMaterial;
import io.drover.testing.fake.HttpMonitors;
import io.drover.topology.DocumentStore;
import io.drover.topology.NodeRegistry;
import io.drover.topology.ParticipantStore;
import io.drover.topology.PoolerRegistry;
import io.drover.topology.TopologyStore;
import io.drover.topology.ZooKeeperClient;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** The controller daemon as it is shipped, but for the views of PostgreSQL: it asks the process of the fake agents for them. */
final class ControllerPart implements ChildMain.Part {
    /** Starts it; it leads some time later. */
    ControllerPart(String configuration, String monitors) throws Exception {
        new ControllerApplication(new FakedViews(monitors)).run("server", configuration);
    }

    @Override
    public String answer(String order) {
        throw new IllegalArgumentException("BUG: the controller takes orders by REST only: " + order);
    }

    private record FakedViews(String monitors) implements ControllerWiring {
        @Override
        public Parts assemble(
                ControllerConfiguration configuration,
                ZooKeeperClient client,
                @Nullable TlsMaterial identity,
                MoveObserver observer) {
            NodeRegistry nodes = new NodeRegistry(client);
            MoveControl control = MoveControl.assemble(
                    new MoveControl.Stores(
                            new TopologyStore(client),
                            new DocumentStore(client),
                            nodes,
                            new ParticipantStore(client),
                            new PoolerRegistry(client)),
                    new HttpAgents(
                            node -> nodes.find(node)
                                    .map(record -> URI.create(record.agent()))
                                    .orElseThrow(() ->
                                            new DroverException(ErrorCode.UNKNOWN_NODE, "there is no node " + node)),
                            SecretFile.read(configuration.getAgentTokenFile())),
                    new HttpMonitors(monitors),
                    observer,
                    MoveControl.Means.usual(client.scheduler()));
            return new Parts(control.moves(), control.shards(), control.runner(), control.runner());
        }
    }
}
