/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.time.Scheduler;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.ConnectionStateListener;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;

/**
 * The connection to real servers. Curator makes the sessions and follows them; requests use the ZooKeeper handle that it keeps, and
 * not Curator's own calls: Curator repeats a write after a lost answer by itself, which turns a success into BadVersion or NodeExists
 * without a way to tell (hazard H38).
 */
public final class CuratorClient implements ZooKeeperClient {
    private final CuratorFramework curator;
    private final CuratorAccess access;
    private final Runnable closing;
    private final Map<Listener, ConnectionStateListener> listeners = new ConcurrentHashMap<>();

    /**
     * Speaks for a connection.
     *
     * @param access as whom, and for whom what is made
     * @param closing runs when it has ended
     */
    CuratorClient(CuratorFramework curator, CuratorAccess access, Runnable closing) {
        this.curator = requireNonNull(curator, "curator is null");
        this.access = requireNonNull(access, "access is null");
        this.closing = requireNonNull(closing, "closing is null");
    }

    /**
     * ZooKeeper's own handle of the present session, for tests that break the session from outside.
     *
     * @throws KeeperException CONNECTIONLOSS when there is none and none can be begun at the moment
     */
    public ZooKeeper handle() throws KeeperException {
        try {
            return curator.getZookeeperClient().getZooKeeper();
        } catch (KeeperException e) {
            throw e;
        } catch (Exception e) {
            // Curator declares any exception: a host name that cannot be resolved at the moment, or a closed client.
            KeeperException loss = new KeeperException.ConnectionLossException();
            loss.initCause(e);
            throw loss;
        }
    }

    @Override
    public Scheduler scheduler() {
        return Scheduler.system();
    }

    @Override
    public ZooKeeperSession session() throws KeeperException {
        return new CuratorSession(handle(), access);
    }

    @Override
    public boolean isConnected() {
        return curator.getZookeeperClient().isConnected();
    }

    @Override
    public boolean isOpen() {
        return switch (curator.getState()) {
            case STARTED -> true;
            case LATENT, STOPPED -> false;
        };
    }

    @Override
    public void addListener(Listener listener) {
        ConnectionStateListener adapter = (framework, state) -> listener.changed(translate(state));
        if (listeners.putIfAbsent(listener, adapter) == null) {
            curator.getConnectionStateListenable().addListener(adapter);
        }
    }

    private static State translate(ConnectionState state) {
        return switch (state) {
            case CONNECTED, RECONNECTED -> State.CONNECTED;
            case SUSPENDED, READ_ONLY -> State.SUSPENDED;
            case LOST -> State.LOST;
        };
    }

    @Override
    public void removeListener(Listener listener) {
        ConnectionStateListener adapter = listeners.remove(listener);
        if (adapter != null) {
            curator.getConnectionStateListenable().removeListener(adapter);
        }
    }

    @Override
    public void close() {
        curator.close();
        closing.run();
    }

    @Override
    public Optional<AccessRules> accessRules() {
        return Optional.ofNullable(access.rules());
    }
}
