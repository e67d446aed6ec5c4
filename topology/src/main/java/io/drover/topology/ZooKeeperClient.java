/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.time.Scheduler;
import java.util.Optional;
import org.apache.zookeeper.KeeperException;

/**
 * One process's connection to ZooKeeper: one session after another, each made by itself when the one before it has ended. All of
 * Drover speaks to ZooKeeper through this; a test may put a server of its own behind it. Thread-safe.
 */
public interface ZooKeeperClient extends AutoCloseable {
    /** The time and the threads of the process that this is a connection of; whatever is built on it waits by them. */
    Scheduler scheduler();

    /**
     * The present session, which may still be in the making.
     *
     * @throws KeeperException CONNECTIONLOSS when there is none and none can be begun at the moment
     */
    ZooKeeperSession session() throws KeeperException;

    /** Whether a server answers, as far as is known. */
    boolean isConnected();

    /** Whether it has not been closed. */
    boolean isOpen();

    /** Tells of changes from now on, in order, on a thread of the connection that must not be blocked. */
    void addListener(Listener listener);

    /** Tells no more of them. */
    void removeListener(Listener listener);

    /** Ends the session; its ephemeral znodes go at once when a server answers. */
    @Override
    void close();

    /** The id of the present session; 0 while there is none. */
    default long sessionId() {
        try {
            return session().id();
        } catch (KeeperException e) {
            return 0;
        }
    }

    /** As whom it is logged in; empty where access is not controlled. */
    default Optional<AccessRules> accessRules() {
        return Optional.empty();
    }

    /** What became of the connection. */
    enum State {
        /** A server answers: in the session that was, or in a new one. */
        CONNECTED,
        /** No server answers; the session may have expired already. */
        SUSPENDED,
        /** The session counts as expired; another is made as soon as a server answers. */
        LOST
    }

    /** Hears of the connection. */
    @FunctionalInterface
    interface Listener {
        void changed(State state);
    }
}
