/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import com.zaxxer.hikari.HikariDataSource;
import io.drover.api.FenceEpoch;
import io.drover.api.time.Scheduler;
import io.drover.client.internal.PoolFactory.Purpose;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PgConnection;

/** Against a server that takes every login and ends the session right after it. */
@Timeout(60)
class HikariConnectionPoolTest {
    private final KitMetrics metrics = new KitMetrics(new MetricRegistry(), "test", "shard_01");
    private final LoginRamp ramp = new LoginRamp(Scheduler.system(), ThreadLocalRandom::current, Duration.ZERO, 2);
    private final AtomicInteger evicted = new AtomicInteger();
    private ServerSocket server;
    private HikariConnectionPool pool;

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "short-sessions");
        thread.setDaemon(true);
        thread.start();
        pool = new HikariConnectionPool(new DeadSessions(), Purpose.WRITE, Scheduler.system(), ramp);
    }

    @AfterEach
    void close() throws IOException {
        pool.close();
        server.close();
    }

    @Test
    void triesOneDeadSessionBeforeItsCallerLooksAtTheDeadline() {
        assertThatThrownBy(pool::borrow)
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("does not answer");
        assertThat(evicted).hasValue(1);
    }

    @Test
    void aCallerIsToldAtItsDeadlineHoweverManySessionsAreDead() {
        Gate gate = new Gate(Scheduler.system(), 2, 3, () -> "shard shard_01 in state SERVING at epoch 7", metrics);
        gate.open(new Grant(new FenceEpoch(7), Topologies.SERVING.primary(), pool, drained -> {}));

        assertThatThrownBy(() -> new Lane(gate, new UnknownOutcomes(Topologies.SHARD, metrics))
                        .borrow(new Deadline(Scheduler.system(), Duration.ofMillis(100))))
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("no connection within");
        assertThat(evicted).hasPositiveValue();
    }

    /** A pool that always has one more session, and each of them is dead. */
    private final class DeadSessions extends HikariDataSource {
        @Override
        public Connection getConnection() throws SQLException {
            PGSimpleDataSource sessions = new PGSimpleDataSource();
            sessions.setServerNames(new String[] {server.getInetAddress().getHostAddress()});
            sessions.setPortNumbers(new int[] {server.getLocalPort()});
            sessions.setUser("app");
            sessions.setSslMode("disable");
            // no statements of the driver's own after the login
            sessions.setAssumeMinServerVersion("12");
            return new Session(sessions.getConnection().unwrap(PgConnection.class));
        }

        @Override
        public void evictConnection(Connection connection) {
            evicted.incrementAndGet();
        }
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket session = server.accept()) {
                DataInputStream in = new DataInputStream(session.getInputStream());
                in.readFully(new byte[in.readInt() - Integer.BYTES]);
                DataOutputStream out = new DataOutputStream(session.getOutputStream());
                // authenticated, what a driver wants to know, ready for a query (PostgreSQL: Message Formats)
                message(out, 'R', new byte[Integer.BYTES]);
                for (String status : List.of("server_version\0" + "15.0\0", "client_encoding\0UTF8\0")) {
                    message(out, 'S', status.getBytes(StandardCharsets.US_ASCII));
                }
                message(out, 'Z', new byte[] {'I'});
                out.flush();
            } catch (IOException ignored) {
                // the test is over, or a client has left
            }
        }
    }

    private static void message(DataOutputStream out, char type, byte[] body) throws IOException {
        out.writeByte(type);
        out.writeInt(Integer.BYTES + body.length);
        out.write(body);
    }
}
