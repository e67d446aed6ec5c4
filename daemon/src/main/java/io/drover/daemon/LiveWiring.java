package io.drover.daemon;

import io.drover.daemon.config.ControllerConfiguration;
import io.drover.daemon.metrics.MoveObserver;
import java.time.Clock;
import org.apache.curator.framework.CuratorFramework;

/** The services that move real shards. */
final class LiveWiring implements ControllerWiring {
    @Override
    public Parts assemble(
            ControllerConfiguration configuration, CuratorFramework client, MoveObserver observer, Clock clock) {
        throw new UnsupportedOperationException();
    }
}
