/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.time.Scheduler;
import io.drover.client.internal.ConnectionPool;
import io.drover.client.internal.PoolFactory;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Servers that do not exist: each pool hands out connections that know where they lead. */
final class FakeServers implements PoolFactory {
    private final List<FakePool> pools = new CopyOnWriteArrayList<>();

    @Override
    public ConnectionPool open(ShardTopology topology, Endpoint endpoint, Purpose purpose) {
        FakePool pool = new FakePool(endpoint, purpose);
        pools.add(pool);
        return pool;
    }

    List<FakePool> pools() {
        return pools;
    }

    /** The pools that were opened to a node, in order. */
    List<FakePool> pools(String node) {
        return pools.stream()
                .filter(pool -> pool.endpoint.node().equals(new NodeId(node)))
                .toList();
    }

    /** Where a connection leads. */
    static String node(Connection connection) throws SQLException {
        return connection.getCatalog();
    }

    static final class FakePool implements ConnectionPool {
        final Endpoint endpoint;
        final Purpose purpose;
        final AtomicInteger borrowed = new AtomicInteger();
        volatile int idle;
        volatile boolean reachable = true;
        volatile boolean resting;
        final AtomicInteger renewals = new AtomicInteger();
        volatile boolean closed;

        private FakePool(Endpoint endpoint, Purpose purpose) {
            this.endpoint = endpoint;
            this.purpose = purpose;
        }

        @Override
        public Connection borrow() throws SQLException {
            if (!reachable) {
                Waiting.pause(Scheduler.system(), Duration.ofMillis(5));
                throw new SQLTransientConnectionException("no route to " + endpoint.node());
            }
            if (closed) {
                throw new SQLException("pool has been closed");
            }
            borrowed.incrementAndGet();
            return connection();
        }

        private Connection connection() {
            boolean[] state = new boolean[2];
            return (Connection) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                        switch (method.getName()) {
                            case "close" -> {
                                if (!state[0]) {
                                    state[0] = true;
                                    borrowed.decrementAndGet();
                                }
                                return null;
                            }
                            case "isClosed" -> {
                                return state[0];
                            }
                            case "setReadOnly" -> {
                                state[1] = (boolean) arguments[0];
                                return null;
                            }
                            case "isReadOnly" -> {
                                return state[1];
                            }
                            case "getCatalog" -> {
                                return endpoint.node().value();
                            }
                            default -> throw new UnsupportedOperationException(method.getName());
                        }
                    });
        }

        @Override
        public int idle() {
            return idle;
        }

        @Override
        public int open() {
            return idle + borrowed.get();
        }

        @Override
        public void rest() {
            resting = true;
        }

        @Override
        public void renew() {
            renewals.incrementAndGet();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
