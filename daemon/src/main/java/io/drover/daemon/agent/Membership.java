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
    private final ZooKeeperClient client;
    private final NodeClaim claim;
    private final Agent agent;
    private final Admission admission;
    private volatile @Nullable TopologyWatcher watcher;

    /**
     * Prepares it.
     *
     * @param sessionTimeout the agent's, and so that of the one before it
     * @param state what the agent remembers
     * @param root where the machine tells what it is: the root of its file system
     * @param refused ends the process: it began while nobody could be asked, and another agent has the node
     */
    public Membership(
            ZooKeeperClient client,
            NodeClaim claim,
            Duration sessionTimeout,
            StateFiles state,
            Path root,
            Agent agent,
            Runnable refused) {
        this.client = client;
        this.claim = claim;
        this.agent = agent;
        OwnMachine machine = new OwnMachine(state, Machine.at(root));
        this.admission = new Admission(claim::take, sessionTimeout, new RefusedClaim(state), machine, agent, refused);
    }

    @Override
    public void start() {
        watcher = TopologyWatcher.watchAll(client, agent.topologyListener());
        admission.admit();
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
