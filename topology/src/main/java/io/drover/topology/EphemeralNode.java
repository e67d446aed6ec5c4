/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An ephemeral znode that belongs to the present session, whichever that is. One left over by an earlier session of ours would
 * vanish when that session times out; it is replaced.
 */
final class EphemeralNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EphemeralNode.class);
    private static final Duration POLL = Duration.ofSeconds(3);
    /** It goes with its session only, unless a person deletes it: it is looked for as seldom as nothing speaks of that. */
    private static final int POLLS_OF_A_PROVEN_ONE = 10;

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final ZooKeeperClient client;
    private final ZkCalls calls;
    private final String path;
    private final Hooks hooks;
    private final SessionTracker tracker;
    private final Lock lock;
    private final AtomicBoolean started = new AtomicBoolean();

    private volatile byte[] content;
    // Written under the lock.
    private volatile long session;
    private volatile boolean closing;
    private volatile boolean removed;
    private volatile boolean connected;
    /** The content that it was last seen with, in a connection that has not been cut since; null when nothing is known. */
    private volatile byte @Nullable [] proven;
    /** Polls that have passed since; only touched by the tracker's thread. */
    private int passed;

    /**
     * Prepares it.
     *
     * @param prepare run before the znode is made; may throw, then it is tried again
     */
    EphemeralNode(ZooKeeperClient client, ZkCalls calls, String path, byte[] content, Runnable prepare) {
        this(client, calls, path, content, new Hooks(prepare, found -> {}, () -> {}));
    }

    /** Prepares it, with more to be asked and done. */
    EphemeralNode(ZooKeeperClient client, ZkCalls calls, String path, byte[] content, Hooks hooks) {
        this.client = requireNonNull(client, "client is null");
        this.calls = requireNonNull(calls, "calls is null");
        this.path = requireNonNull(path, "path is null");
        this.content = requireNonNull(content, "content is null");
        this.hooks = requireNonNull(hooks, "hooks is null");
        this.lock = client.scheduler().newLock();
        this.tracker = new SessionTracker(client, "drover-ephemeral " + path, new SessionTracker.Listener() {
            @Override
            public void connection(TopologyWatcher.Connection change) {
                proven = null;
                connected = switch (change) {
                    case SUSPENDED, LOST -> false;
                    case CONNECTED, RECONNECTED, NEW_SESSION -> true;
                };
            }

            @Override
            public void tick() {
                if (closing) {
                    remove(calls.deadline());
                } else if (isDue()) {
                    establish();
                }
            }
        });
    }

    /**
     * What is done around the making of the znode; each may throw, then it is tried again.
     *
     * @param prepare before it is made
     * @param replaceable asked before one of another session is replaced; throws when it may not be
     * @param settled when it is there
     */
    record Hooks(Runnable prepare, Consumer<Versioned<byte[]>> replaceable, Runnable settled) {}

    /** Begins to keep it in place; does not wait, and does nothing more when it has begun. */
    void start() {
        start(POLL);
    }

    void start(Duration poll) {
        if (started.compareAndSet(false, true)) {
            tracker.start(poll);
        }
    }

    /** The session in which the znode was last seen to exist; 0 before that. */
    long session() {
        return session;
    }

    /** Whether the connection is up and its session is the one that has the znode. */
    boolean isCurrent() {
        return connected && !closing && session != 0 && session == client.sessionId();
    }

    /** The same as far as the client knows, also before the first look at it; a session that answers a request now has it. */
    boolean isOfPresentSession() {
        return !closing && session != 0 && session == client.sessionId() && client.isConnected();
    }

    /** Makes sure that the znode exists with the content, in the present session; returns its id. */
    long establish() {
        long deadline = calls.deadline();
        return locked(deadline, () -> establish(deadline));
    }

    /** Replaces the content; returns when ZooKeeper has it. */
    void update(byte[] newContent) {
        long deadline = calls.deadline();
        // before the lock: whoever holds it for too long, or the tracker after it, writes this
        content = newContent;
        locked(deadline, () -> {
            if (closing || session == 0 || !setAtOnce(newContent, deadline)) {
                establish(deadline);
            }
            return session;
        });
    }

    private boolean isDue() {
        passed++;
        boolean due = proven != content || !isCurrent() || passed >= POLLS_OF_A_PROVEN_ONE;
        if (due) {
            passed = 0;
        }
        return due;
    }

    private interface Locked {
        long run() throws InterruptedException;
    }

    private long locked(long deadline, Locked body) {
        try {
            if (!lock.tryLock(calls.left(deadline).toNanos(), TimeUnit.NANOSECONDS)) {
                throw ZkErrors.unavailable("keeping " + path, null);
            }
            try {
                return body.run();
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            throw ZkErrors.interrupted("keeping " + path, e);
        }
    }

    /** The short way, one trip: an acknowledgement lies inside the write pause. */
    private boolean setAtOnce(byte[] newContent, long deadline) throws InterruptedException {
        try {
            ZooKeeperSession present = calls.session();
            ZNodeStat stat = calls.await(present.set(path, newContent, -1), deadline);
            if (stat.ephemeralOwner() != present.id()) {
                return false;
            }
            proven = newContent;
            return true;
        } catch (KeeperException e) {
            LOG.debug("{} not written at once", path, e);
            return false;
        }
    }

    private long establish(long deadline) throws InterruptedException {
        if (closing) {
            throw ZkErrors.unavailable("keeping " + path + ", which has been closed", null);
        }
        hooks.prepare().run();
        while (true) {
            try {
                ZooKeeperSession present = calls.session();
                byte[] wanted = content;
                if (attempt(present, wanted, deadline)) {
                    session = present.id();
                    proven = wanted;
                    hooks.settled().run();
                    return session;
                }
            } catch (KeeperException e) {
                boolean again = ZkErrors.isTransient(e)
                        || e.code() == KeeperException.Code.NODEEXISTS
                        || e.code() == KeeperException.Code.BADVERSION;
                if (!again || !calls.pause(deadline)) {
                    throw ZkErrors.translate(e, "making " + path);
                }
            }
            if (calls.isOver(deadline)) {
                throw ZkErrors.unavailable("making " + path, null);
            }
        }
    }

    private boolean attempt(ZooKeeperSession present, byte[] wanted, long deadline)
            throws KeeperException, InterruptedException {
        Optional<ZNodeData> found = find(present, deadline);
        if (found.isEmpty()) {
            calls.await(present.create(path, wanted, CreateMode.EPHEMERAL), deadline);
            return true;
        }
        ZNodeStat stat = found.orElseThrow().stat();
        if (stat.ephemeralOwner() != present.id()) {
            hooks.replaceable().accept(found.orElseThrow().versioned());
            LOG.info(
                    "{} belongs to session 0x{}, not to ours; it is replaced",
                    path,
                    Long.toHexString(stat.ephemeralOwner()));
            delete(present, stat.version(), deadline);
            return false;
        }
        if (!Arrays.equals(found.orElseThrow().bytes(), wanted)) {
            calls.await(present.set(path, wanted, stat.version()), deadline);
        }
        return true;
    }

    private Optional<ZNodeData> find(ZooKeeperSession present, long deadline)
            throws KeeperException, InterruptedException {
        return calls.await(present.read(path), deadline);
    }

    private void delete(ZooKeeperSession present, int version, long deadline)
            throws KeeperException, InterruptedException {
        try {
            calls.await(present.delete(path, version), deadline);
        } catch (KeeperException.NoNodeException e) {
            LOG.debug("{} is gone already", path, e);
        } catch (KeeperException.NoAuthException e) {
            // where access is controlled a client may delete nothing; the server does when the session has ended
            KeeperException.NodeExistsException there = new KeeperException.NodeExistsException(path);
            there.initCause(e);
            throw there;
        }
    }

    /** Deletes the znode and ends; when ZooKeeper does not answer, the tracker tries again: a left-over would look like a client. */
    private void remove(long deadline) {
        locked(deadline, () -> {
            try {
                ZooKeeperSession present = calls.session();
                Optional<Long> owner =
                        find(present, deadline).map(found -> found.stat().ephemeralOwner());
                // the present session may have made it without an answer; of nobody else's it is let alone
                if (owner.filter(whose -> whose == session || whose == present.id())
                        .isPresent()) {
                    delete(present, -1, deadline);
                }
                removed = true;
                tracker.close();
            } catch (KeeperException.NodeExistsException e) {
                LOG.debug("{} goes with its session", path, e);
                removed = true;
                tracker.close();
            } catch (KeeperException e) {
                LOG.info("{} not deleted yet: {}", path, e.getMessage());
            }
            return session;
        });
    }

    /**
     * Deletes the znode, also one that may have been made although no answer said so; waits two seconds at most, and goes on trying
     * afterwards while the client is open.
     */
    @Override
    public void close() {
        closing = true;
        try {
            remove(calls.deadline(CLOSE_LIMIT));
        } catch (DroverException e) {
            LOG.info("{} not deleted yet", path, e);
        }
        if (!removed) {
            start();
        }
    }
}
