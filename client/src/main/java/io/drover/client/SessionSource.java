/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.InstanceId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.time.Scheduler;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens sessions on one server, each in its turn, and none on a server that only has the address of the shard's: after a machine was set
 * up anew, or with a topology from a file, another instance may listen there.
 */
final class SessionSource extends AbstractDataSource {
    private static final Logger LOG = LoggerFactory.getLogger(SessionSource.class);
    /** A login behind a frozen postmaster (step 110 of a move) waits; without a limit it would wait for ever when the host dies. */
    private static final int LOGIN_TIMEOUT_SECONDS = 10;

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final PGSimpleDataSource driver = new PGSimpleDataSource();
    private final List<String> warmup;
    private final ShardTopology topology;
    private final Endpoint endpoint;
    private final Scheduler scheduler;
    private final LoginRamp ramp;
    private final KitMetrics metrics;

    SessionSource(
            ShardDataSourceConfig config,
            ShardTopology topology,
            Endpoint endpoint,
            Scheduler scheduler,
            LoginRamp ramp,
            KitMetrics metrics) {
        this.topology = topology;
        this.endpoint = endpoint;
        this.scheduler = scheduler;
        this.ramp = ramp;
        this.metrics = metrics;
        warmup = config.warmup();
        driver.setServerNames(new String[] {endpoint.host()});
        driver.setPortNumbers(new int[] {endpoint.port()});
        driver.setDatabaseName(topology.database());
        driver.setUser(config.user());
        driver.setPassword(config.password());
        driver.setApplicationName(config.name());
        driver.setTcpKeepAlive(true);
        driver.setLoginTimeout(LOGIN_TIMEOUT_SECONDS);
        config.driverProperties().forEach((name, value) -> {
            try {
                driver.setProperty(name, value);
            } catch (SQLException e) {
                throw new IllegalArgumentException("the driver refuses the property " + name, e);
            }
        });
    }

    @Override
    public Connection getConnection() throws SQLException {
        awaitTurn();
        Deadline login = new Deadline(scheduler, Duration.ZERO);
        PgConnection connection;
        try {
            connection = driver.getConnection().unwrap(PgConnection.class);
            requireInstance(connection);
        } catch (SQLException e) {
            metrics.loginFailed();
            throw e;
        }
        metrics.loggedIn(login.waited());
        for (String sql : warmup) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                LOG.debug("a warm-up statement failed in a new session: {}", sql, e);
            }
        }
        return new Session(connection);
    }

    private void awaitTurn() throws SQLException {
        try {
            scheduler.pause(ramp.turn());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException("the pool is being closed", SqlStates.REFUSED, e);
        }
    }

    private void requireInstance(PgConnection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT system_identifier FROM pg_control_system()")) {
            row.next();
            InstanceId found = new InstanceId(row.getString(1));
            if (!found.equals(topology.instance())) {
                throw new SQLNonTransientConnectionException(
                        "shard " + topology.shard() + ": " + endpoint.host() + ":" + endpoint.port() + " is instance "
                                + found + ", and the shard lies in " + topology.instance() + ": nothing was sent to it",
                        SqlStates.REJECTED);
            }
        } catch (SQLException e) {
            if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                LOG.debug("who this server is may not be asked", e);
                return;
            }
            connection.close();
            throw e;
        }
    }
}
