/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.dropwizard.lifecycle.Managed;
import io.drover.topology.NodeClaim;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.ZooKeeperClient;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Claims the node, watches the topology and lets the agent act while the process runs. Who is refused acts on nothing: the clone of a
 * machine brings the grant of its original along, and would start a second primary under it. Neither does a clone that cannot ask.
 */
public final class Membership implements Managed {
    /** Instances that are down wait for as long when ZooKeeper is away. */
    private static final Duration CLAIM_LIMIT = Duration.ofSeconds(2);

    private final ZooKeeperClient client;
    private final NodeClaim claim;
    private final Duration refused;
    private final RefusedClaim memory;
    private final OwnMachine machine;
    private final Agent agent;
    private volatile @Nullable TopologyWatcher watcher;

    /**
     * Prepares it.
     *
     * @param refused for how long a refusal is not believed
     * @param state what the agent remembers
     * @param root where the machine tells what it is: the root of its file system
     */
    public Membership(
            ZooKeeperClient client, NodeClaim claim, Duration refused, StateFiles state, Path root, Agent agent) {
        this.client = client;
        this.claim = claim;
        this.refused = refused;
        this.memory = new RefusedClaim(state);
        this.machine = new OwnMachine(state, Machine.at(root));
        this.agent = agent;
    }

    @Override
    public void start() {
        watcher = TopologyWatcher.watchAll(client, agent.topologyListener());
        machine.check(memory.take(() -> claim.take(refused, CLAIM_LIMIT)));
        agent.start();
    }

    @Override
    public void stop() {
        agent.stop();
        claim.close();
        TopologyWatcher started = watcher;
        if (started != null) {
            started.close();
        }
        client.close();
    }
}
