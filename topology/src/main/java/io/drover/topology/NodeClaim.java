/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent's claim to be the one of its node, held by an ephemeral znode. Nobody takes it from an agent whose session lives: a second one
 * under the same name, such as a machine that was cloned, is refused, and has written nothing by then. Thread-safe.
 */
public final class NodeClaim implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeClaim.class);

    private static final String REMEDY = "a node has one agent: stop the one that is wrong, or give it a node id and a"
            + " certificate of its own; on the clone of a machine, remove its stateDir and data directories first";

    private final ZooKeeperClient client;
    private final AgentMark own;
    private final Predicate<AgentMark> hasEnded;
    private final ZkCalls calls;
    private final EphemeralNode ephemeral;
    private final RefusedFor refusedFor;
    private volatile Listener listener = new Listener() {};
    private volatile @Nullable String refusal;
    private volatile boolean everHeld;

    NodeClaim(
            ZooKeeperClient client,
            ZkCalls calls,
            AgentMark own,
            Predicate<AgentMark> hasEnded,
            NodeRegistry registry) {
        this.client = requireNonNull(client, "client is null");
        this.calls = requireNonNull(calls, "calls is null");
        this.own = requireNonNull(own, "own is null");
        this.hasEnded = requireNonNull(hasEnded, "hasEnded is null");
        this.refusedFor = new RefusedFor(client);
        ZNode<AgentMark> znode = ZkLayout.nodeClaim(own.id());
        NodeRecord record = new NodeRecord(own.id(), own.host(), own.agent());
        this.ephemeral = new EphemeralNode(
                client,
                calls,
                znode.path(),
                AtomicWrite.encode(znode, own),
                new EphemeralNode.Hooks(
                        // the place below which it lies
                        () -> registry.keepRecord(record, false), this::checkReplaceable, () -> {
                            registry.keepRecord(record, true);
                            refusal = null;
                            refusedFor.end();
                            everHeld = true;
                            listener.held();
                        }));
    }

    /** Hears what becomes of the claim, on threads that must not be blocked for long. */
    public interface Listener {
        /**
         * Another agent holds it, and this process never has.
         *
         * @param lasts whether that was so for longer than a session outlives its process: then the other one is alive
         */
        default void refused(String why, boolean lasts) {}

        /** It is held. */
        default void held() {}
    }

    /** One that this process, or an ended one of the same machine, has left is replaced; for any other it is waited. */
    private void checkReplaceable(Versioned<byte[]> found) {
        AgentMark holder = holder(found);
        if (holder.equals(own) || hasEnded.test(holder)) {
            return;
        }
        throw refused(
                "another agent is connected as node " + own.id() + ", at " + holder.agent() + " on " + holder.host()
                        + ": this one is not registered",
                REMEDY,
                null);
    }

    /** Of what nobody can read nobody knows whose it is: so it is another's. */
    private AgentMark holder(Versioned<byte[]> found) {
        ZNode<AgentMark> znode = ZkLayout.nodeClaim(own.id());
        try {
            return ZkCalls.decode(znode, found).value();
        } catch (DroverException e) {
            throw refused(
                    "somebody is connected as node " + own.id() + " and does not say who it is: " + e.getMessage()
                            + "; this agent is not registered",
                    "find out whose session holds " + znode.path() + "; it goes with that session. Otherwise " + REMEDY,
                    e);
        }
    }

    private DroverException refused(String why, String remedy, @Nullable Throwable cause) {
        if (!why.equals(refusal)) {
            LOG.error("{}; controllers go on to talk to that one. What to do: {}", why, remedy);
        }
        refusal = why;
        refusedFor.begin();
        if (!everHeld) {
            listener.refused(why, refusedFor.lasts());
        }
        return new DroverException(ErrorCode.IDENTITY_MISMATCH, why, remedy, cause);
    }

    /**
     * Takes the claim, and keeps it from then on. As long as ZooKeeper is there this goes on trying: a predecessor on another machine is
     * counted as alive until its session has timed out, and a request may fail. When ZooKeeper does not answer the claim is taken later,
     * and this returns (rule R8), unless it has answered once that another agent holds it.
     *
     * @param limit for how long a ZooKeeper that is there is asked, when it refuses nothing and grants nothing
     * @param lapse after how long at most a session is seen to be gone whose process has ended
     * @param connectLimit for how long ZooKeeper is waited for
     * @param hears of this and all later refusals
     * @return whether it is held; otherwise nobody could be asked, and it is taken later
     * @throws DroverException IDENTITY_MISMATCH when another agent holds it, as far as ZooKeeper has answered
     */
    public boolean take(Duration limit, Duration lapse, Duration connectLimit, Listener hears) {
        listener = requireNonNull(hears, "hears is null");
        refusedFor.watch(lapse);
        long connected = calls.deadline(connectLimit);
        while (!client.isConnected() && calls.pause(connected)) {
            LOG.trace("not connected yet");
        }
        boolean held = establish(limit, lapse);
        ephemeral.start();
        return held;
    }

    /**
     * Once it was refused it takes the claim or fails: whatever comes behind a refusal, such as a connection that is lost, does not make
     * the other agent go away.
     */
    private boolean establish(Duration limit, Duration lapse) {
        long end = calls.deadline(limit);
        DroverException refused = null;
        String failure = "";
        while (refused != null || client.isConnected()) {
            try {
                if (client.isConnected()) {
                    ephemeral.establish();
                    return true;
                }
            } catch (DroverException e) {
                if (e.code() == ErrorCode.IDENTITY_MISMATCH) {
                    // whether the other one is alive takes a while to see, the longer when the connection breaks
                    end = refused == null ? calls.deadline(lapse.multipliedBy(2)) : end;
                    refused = e;
                } else if (!failure.equals(e.getMessage())) {
                    failure = e.getMessage();
                    LOG.warn("node {} is not registered yet: {}", own.id(), failure);
                }
            }
            boolean over = refused != null && refusedFor.lasts() || !calls.pause(end);
            if (over && refused != null) {
                throw refused;
            }
            if (over) {
                return false;
            }
        }
        return false;
    }

    /** Whether the present session has it: true as of the last answer that ZooKeeper has given in this session. */
    public boolean isHeld() {
        return ephemeral.isOfPresentSession();
    }

    /** Why another agent holds the claim, when it does. */
    public Optional<String> refusal() {
        return Optional.ofNullable(refusal);
    }

    /** Gives it up, when it is held. */
    @Override
    public void close() {
        refusedFor.close();
        ephemeral.close();
    }
}
