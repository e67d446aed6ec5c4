/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon;

import io.drover.daemon.config.ControllerConfiguration;
import io.drover.daemon.metrics.MoveObserver;
import io.drover.daemon.move.MoveService;
import io.drover.daemon.move.ShardService;
import io.drover.daemon.tls.TlsMaterial;
import io.drover.topology.LeaderElection;
import io.drover.topology.ZooKeeperClient;
import org.jspecify.annotations.Nullable;

/** Puts the controller's services together; {@link LiveWiring} is the one for production. */
public interface ControllerWiring {
    /**
     * Makes the services. Nothing runs before {@link Parts#leadership()} is told of a leadership.
     *
     * @param client an open connection to ZooKeeper, closed after the parts
     * @param identity what this controller shows to agents; null without TLS
     */
    Parts assemble(
            ControllerConfiguration configuration,
            ZooKeeperClient client,
            @Nullable TlsMaterial identity,
            MoveObserver observer);

    /**
     * The controller's services.
     *
     * @param leadership told when this controller leads and when it does not any more
     * @param closing ends what runs; called when the daemon stops, after the election was left
     */
    record Parts(MoveService moves, ShardService shards, LeaderElection.Listener leadership, AutoCloseable closing) {}
}
