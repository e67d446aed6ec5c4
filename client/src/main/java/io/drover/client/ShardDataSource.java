package io.drover.client;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** A data source for the primary of one shard that follows the shard when it moves. */
public final class ShardDataSource implements DataSource, AutoCloseable {
    private ShardDataSource() {}

    /** Connects to ZooKeeper, takes part, and waits until the topology is known. */
    public static ShardDataSource open(ShardDataSourceConfig config) {
        throw new UnsupportedOperationException();
    }

    /** A data source for reads: replicas by their weight, the primary when none has one. */
    public DataSource readers() {
        throw new UnsupportedOperationException();
    }

    /** What is seen at this moment. */
    public ShardStats stats() {
        throw new UnsupportedOperationException();
    }

    /** Adds a listener. */
    public void addListener(ShardListener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Connection getConnection() throws SQLException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new UnsupportedOperationException();
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new UnsupportedOperationException();
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Logger getParentLogger() {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
