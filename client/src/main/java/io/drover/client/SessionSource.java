/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.ShardTopology.Endpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens sessions on one server. */
final class SessionSource extends AbstractDataSource {
    private static final Logger LOG = LoggerFactory.getLogger(SessionSource.class);
    /** A login behind a frozen postmaster (step 110 of a move) waits; without a limit it would wait for ever when the host dies. */
    private static final int LOGIN_TIMEOUT_SECONDS = 10;

    private final PGSimpleDataSource driver = new PGSimpleDataSource();
    private final List<String> warmup;

    SessionSource(ShardDataSourceConfig config, Endpoint endpoint, String database) {
        warmup = config.warmup();
        driver.setServerNames(new String[] {endpoint.host()});
        driver.setPortNumbers(new int[] {endpoint.port()});
        driver.setDatabaseName(database);
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

    /**
     * Checks the names of driver properties when the configuration is made, not at the first connection in the middle of a move.
     *
     * @throws IllegalArgumentException when the driver does not know one
     */
    static void requireKnown(Iterable<String> properties) {
        for (String name : properties) {
            if (PGProperty.forName(name) == null) {
                throw new IllegalArgumentException("the PostgreSQL driver has no property '" + name + "'");
            }
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = driver.getConnection();
        for (String sql : warmup) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                LOG.debug("a warm-up statement failed in a new session: {}", sql, e);
            }
        }
        return connection;
    }
}
