/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.topology.NodeClaim;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the agent of a node act, and no other one. Who is refused acts on nothing: the clone of a machine brings the grant of its original
 * along, and would start a second primary under it. Who began while nobody could be asked, and is refused when ZooKeeper is back, takes
 * back what it has done, and ends.
 */
final class Admission implements NodeClaim.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private final NodeClaim claim;
    private final Duration refused;
    private final Duration connectLimit;
    private final RefusedClaim memory;
    private final Agent agent;
    private final Runnable end;
    private volatile boolean acts;

    /**
     * Prepares it.
     *
     * @param refused for how long a session outlives its process
     * @param connectLimit for how long ZooKeeper is waited for
     * @param end ends the process
     */
    Admission(
            NodeClaim claim, Duration refused, Duration connectLimit, RefusedClaim memory, Agent agent, Runnable end) {
        this.claim = claim;
        this.refused = refused;
        this.connectLimit = connectLimit;
        this.memory = memory;
        this.agent = agent;
        this.end = end;
    }

    /** Claims the node, and has the agent act unless somebody else has it. */
    void admit() {
        memory.take(() -> claim.take(refused, connectLimit, this));
        acts = true;
        agent.start();
    }

    @Override
    public void refused(String why, boolean lasts) {
        memory.refused(why, lasts);
        if (lasts && acts) {
            acts = false;
            // the claim's own thread has to be free for its end
            Thread leaving = new Thread(() -> leave(why), "drover-agent-leaves");
            leaving.start();
        }
    }

    @Override
    public void held() {
        memory.held();
    }

    private void leave(String why) {
        LOG.error(
                "this agent began while ZooKeeper was away, and is refused now: {}. It ends, and what it has started"
                        + " as a primary is stopped at once: another machine has the node",
                why);
        try {
            agent.leave();
        } finally {
            end.run();
        }
    }

    @Override
    public void close() {
        claim.close();
    }
}
