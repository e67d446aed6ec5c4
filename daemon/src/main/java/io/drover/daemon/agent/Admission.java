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
final class Admission implements NodeClaim.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    /** Instances that are down wait for as long when ZooKeeper is away. */
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
    /** Beyond the session timeout: an election, or a request that takes its time. */
    private static final Duration TRIES = Duration.ofSeconds(3);
    /**
     * Beyond the session timeout: that is rounded up to a tick of ZooKeeper's (2 s), and a server that has lost its leader goes on to
     * answer what it knows for five of them. What is refused for longer is so by an agent that is alive; taken too short it would lock a
     * machine out that comes back from a power loss.
     */
    private static final Duration LAPSE = Duration.ofSeconds(15);

    private final Claim claim;
    private final Duration sessionTimeout;
    private final RefusedClaim memory;
    private final OwnMachine machine;
    private final Acting agent;
    private final Runnable end;
    private volatile boolean acts;

    /** What of a {@link NodeClaim} is needed. */
    @FunctionalInterface
    interface Claim {
        /** {@link NodeClaim#take}. */
        boolean take(Duration limit, Duration lapse, Duration connectLimit, NodeClaim.Listener hears);
    }

    /** What is let act. */
    interface Acting {
        /** Begins. */
        void start();

        /** Ends, and stops what it has started as a primary. */
        void leave();
    }

    /**
     * Prepares it.
     *
     * @param sessionTimeout the agent's, and so that of the one before it
     * @param end ends the process
     */
    Admission(
            Claim claim, Duration sessionTimeout, RefusedClaim memory, OwnMachine machine, Acting agent, Runnable end) {
        this.claim = claim;
        this.sessionTimeout = sessionTimeout;
        this.memory = memory;
        this.machine = machine;
        this.agent = agent;
        this.end = end;
    }

    /** Claims the node, and has the agent act unless somebody else has it. */
    void admit() {
        machine.check(memory.take(
                () -> claim.take(sessionTimeout.plus(TRIES), sessionTimeout.plus(LAPSE), CONNECT_LIMIT, this)));
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
        // also of one that has begun without ZooKeeper, and may have to do so again before its next start with it
        machine.remember();
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
}
