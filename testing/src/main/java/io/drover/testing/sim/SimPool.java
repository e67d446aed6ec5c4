/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.ShardTopology.Endpoint;
import io.drover.client.internal.ConnectionPool;
import io.drover.client.internal.PoolFactory.Purpose;
import io.drover.testing.fake.FakeClient;
import io.drover.testing.fake.FakeFailure;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/** Sessions of the client kit on a server that does not exist; keeps what the kit asks of a pool. */
final class SimPool implements ConnectionPool {
    private static final Duration LOOK = Duration.ofMillis(100);

    private final SimWorld world;
    private final SimProcess process;
    private final Endpoint endpoint;
    private final Purpose purpose;
    private final int size;
    private final ExecutorService background;
    private final Deque<Session> idle = new ArrayDeque<>();
    private final Set<Session> all = new LinkedHashSet<>();
    private int generation;
    private boolean filling;
    private boolean resting;
    private boolean closed;

    SimPool(SimWorld world, SimProcess process, Endpoint endpoint, Purpose purpose, int size) {
        this.world = world;
        this.process = process;
        this.endpoint = endpoint;
        this.purpose = purpose;
        this.size = size;
        this.background = process.newThreads("pool");
        fill();
    }

    /** A session, and in which generation it was last proven. */
    private static final class Session {
        private final FakeClient client;
        private int proven = -1;

        Session(FakeClient client) {
            this.client = client;
        }
    }

    private void fill() {
        if (!filling && !closed && !resting && all.size() < size) {
            filling = true;
            background.execute(this::fillUp);
        }
    }

    private void fillUp() {
        try {
            while (!closed && !resting && all.size() < size) {
                try {
                    FakeClient client =
                            world.postgres().client(world.hostOf(process), endpoint.host(), endpoint.port());
                    Session session = new Session(client);
                    if (closed || resting) {
                        client.close();
                    } else {
                        all.add(session);
                        idle.add(session);
                    }
                } catch (FakeFailure e) {
                    process.pause(LOOK.multipliedBy(5));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            filling = false;
        }
    }

    @Override
    public Connection borrow() throws SQLTransientConnectionException {
        fill();
        Session session = idle.poll();
        if (session == null) {
            pause(LOOK);
            session = idle.poll();
        }
        if (session == null) {
            throw new SQLTransientConnectionException("no session to " + endpoint.node());
        }
        prove(session);
        return connection(session);
    }

    private void prove(Session session) throws SQLTransientConnectionException {
        int current = generation;
        if (session.proven == current && session.client.isOpen()) {
            return;
        }
        boolean recovers;
        try {
            recovers = session.client.inRecovery();
        } catch (FakeFailure e) {
            discard(session);
            throw new SQLTransientConnectionException("a session does not answer", e);
        }
        if (recovers && purpose == Purpose.WRITE) {
            giveBack(session);
            pause(Duration.ofMillis(5));
            throw new SQLTransientConnectionException(endpoint.node() + " is in recovery");
        }
        session.proven = current;
    }

    private void pause(Duration time) {
        try {
            process.pause(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void discard(Session session) {
        all.remove(session);
        session.client.close();
        fill();
    }

    private void giveBack(Session session) {
        if (closed || resting || !session.client.isOpen()) {
            discard(session);
        } else {
            idle.addFirst(session);
        }
    }

    private Connection connection(Session session) {
        boolean[] done = new boolean[1];
        return (Connection) Proxy.newProxyInstance(
                SimPool.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "unwrap" -> {
                            return session.client;
                        }
                        case "close" -> {
                            if (!done[0]) {
                                done[0] = true;
                                giveBack(session);
                            }
                            return null;
                        }
                        case "isClosed" -> {
                            return done[0];
                        }
                        case "setReadOnly" -> {
                            return null;
                        }
                        default -> throw new SQLFeatureNotSupportedException(method.getName());
                    }
                });
    }

    @Override
    public int idle() {
        return idle.size();
    }

    @Override
    public int open() {
        return all.size();
    }

    @Override
    public void rest() {
        resting = true;
        Session next = idle.poll();
        while (next != null) {
            discard(next);
            next = idle.poll();
        }
    }

    @Override
    public void renew() {
        generation++;
        resting = false;
        fill();
    }

    @Override
    public void close() {
        closed = true;
        for (Session session : Set.copyOf(all)) {
            discard(session);
        }
        idle.clear();
    }
}
