/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Struct;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Hands every call on to another connection; what may commit, ends or makes statements is left to the subclass to change. */
abstract class ForwardingConnection implements Connection {
    private final Connection delegate;

    ForwardingConnection(Connection delegate) {
        this.delegate = delegate;
    }

    final Connection delegate() {
        return delegate;
    }

    /**
     * Passes a new statement on to the application.
     *
     * @param sql what it was prepared with, or null
     */
    abstract <S extends Statement> S made(Class<S> kind, S statement, @Nullable String sql);

    @Override
    public final <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : delegate.unwrap(type);
    }

    @Override
    public final boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || delegate.isWrapperFor(type);
    }

    @Override
    public final Statement createStatement() throws SQLException {
        return made(Statement.class, delegate.createStatement(), null);
    }

    @Override
    public final PreparedStatement prepareStatement(String sql) throws SQLException {
        return made(PreparedStatement.class, delegate.prepareStatement(sql), sql);
    }

    @Override
    public final CallableStatement prepareCall(String sql) throws SQLException {
        return made(CallableStatement.class, delegate.prepareCall(sql), sql);
    }

    @Override
    public final String nativeSQL(String sql) throws SQLException {
        return delegate.nativeSQL(sql);
    }

    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        delegate.setAutoCommit(autoCommit);
    }

    @Override
    public final boolean getAutoCommit() throws SQLException {
        return delegate.getAutoCommit();
    }

    @Override
    public void commit() throws SQLException {
        delegate.commit();
    }

    @Override
    public void rollback() throws SQLException {
        delegate.rollback();
    }

    @Override
    public final boolean isClosed() throws SQLException {
        return delegate.isClosed();
    }

    @Override
    public final DatabaseMetaData getMetaData() throws SQLException {
        return delegate.getMetaData();
    }

    @Override
    public final void setReadOnly(boolean readOnly) throws SQLException {
        delegate.setReadOnly(readOnly);
    }

    @Override
    public final boolean isReadOnly() throws SQLException {
        return delegate.isReadOnly();
    }

    @Override
    public final void setCatalog(String catalog) throws SQLException {
        delegate.setCatalog(catalog);
    }

    @Override
    public final String getCatalog() throws SQLException {
        return delegate.getCatalog();
    }

    @Override
    public final void setTransactionIsolation(int level) throws SQLException {
        delegate.setTransactionIsolation(level);
    }

    @Override
    public final int getTransactionIsolation() throws SQLException {
        return delegate.getTransactionIsolation();
    }

    @Override
    public final @Nullable SQLWarning getWarnings() throws SQLException {
        return delegate.getWarnings();
    }

    @Override
    public final void clearWarnings() throws SQLException {
        delegate.clearWarnings();
    }

    @Override
    public final Statement createStatement(int resultSetType, int resultSetConcurrency) throws SQLException {
        return made(Statement.class, delegate.createStatement(resultSetType, resultSetConcurrency), null);
    }

    @Override
    public final PreparedStatement prepareStatement(String sql, int resultSetType, int resultSetConcurrency)
            throws SQLException {
        return made(PreparedStatement.class, delegate.prepareStatement(sql, resultSetType, resultSetConcurrency), sql);
    }

    @Override
    public final CallableStatement prepareCall(String sql, int resultSetType, int resultSetConcurrency)
            throws SQLException {
        return made(CallableStatement.class, delegate.prepareCall(sql, resultSetType, resultSetConcurrency), sql);
    }

    @Override
    public final Map<String, Class<?>> getTypeMap() throws SQLException {
        return delegate.getTypeMap();
    }

    @Override
    public final void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        delegate.setTypeMap(map);
    }

    @Override
    public final void setHoldability(int holdability) throws SQLException {
        delegate.setHoldability(holdability);
    }

    @Override
    public final int getHoldability() throws SQLException {
        return delegate.getHoldability();
    }

    @Override
    public final Savepoint setSavepoint() throws SQLException {
        return delegate.setSavepoint();
    }

    @Override
    public final Savepoint setSavepoint(String name) throws SQLException {
        return delegate.setSavepoint(name);
    }

    @Override
    public final void rollback(Savepoint savepoint) throws SQLException {
        delegate.rollback(savepoint);
    }

    @Override
    public final void releaseSavepoint(Savepoint savepoint) throws SQLException {
        delegate.releaseSavepoint(savepoint);
    }

    @Override
    public final Statement createStatement(int resultSetType, int resultSetConcurrency, int resultSetHoldability)
            throws SQLException {
        return made(
                Statement.class,
                delegate.createStatement(resultSetType, resultSetConcurrency, resultSetHoldability),
                null);
    }

    @Override
    public final PreparedStatement prepareStatement(
            String sql, int resultSetType, int resultSetConcurrency, int resultSetHoldability) throws SQLException {
        return made(
                PreparedStatement.class,
                delegate.prepareStatement(sql, resultSetType, resultSetConcurrency, resultSetHoldability),
                sql);
    }

    @Override
    public final CallableStatement prepareCall(
            String sql, int resultSetType, int resultSetConcurrency, int resultSetHoldability) throws SQLException {
        return made(
                CallableStatement.class,
                delegate.prepareCall(sql, resultSetType, resultSetConcurrency, resultSetHoldability),
                sql);
    }

    @Override
    public final PreparedStatement prepareStatement(String sql, int autoGeneratedKeys) throws SQLException {
        return made(PreparedStatement.class, delegate.prepareStatement(sql, autoGeneratedKeys), sql);
    }

    @Override
    public final PreparedStatement prepareStatement(String sql, int[] columnIndexes) throws SQLException {
        return made(PreparedStatement.class, delegate.prepareStatement(sql, columnIndexes), sql);
    }

    @Override
    public final PreparedStatement prepareStatement(String sql, String[] columnNames) throws SQLException {
        return made(PreparedStatement.class, delegate.prepareStatement(sql, columnNames), sql);
    }

    @Override
    public final Clob createClob() throws SQLException {
        return delegate.createClob();
    }

    @Override
    public final Blob createBlob() throws SQLException {
        return delegate.createBlob();
    }

    @Override
    public final NClob createNClob() throws SQLException {
        return delegate.createNClob();
    }

    @Override
    public final SQLXML createSQLXML() throws SQLException {
        return delegate.createSQLXML();
    }

    @Override
    public final boolean isValid(int timeout) throws SQLException {
        return delegate.isValid(timeout);
    }

    @Override
    public final void setClientInfo(String name, String value) throws SQLClientInfoException {
        delegate.setClientInfo(name, value);
    }

    @Override
    public final void setClientInfo(Properties properties) throws SQLClientInfoException {
        delegate.setClientInfo(properties);
    }

    @Override
    public final String getClientInfo(String name) throws SQLException {
        return delegate.getClientInfo(name);
    }

    @Override
    public final Properties getClientInfo() throws SQLException {
        return delegate.getClientInfo();
    }

    @Override
    public final Array createArrayOf(String typeName, Object[] elements) throws SQLException {
        return delegate.createArrayOf(typeName, elements);
    }

    @Override
    public final Struct createStruct(String typeName, Object[] attributes) throws SQLException {
        return delegate.createStruct(typeName, attributes);
    }

    @Override
    public final void setSchema(String schema) throws SQLException {
        delegate.setSchema(schema);
    }

    @Override
    public final String getSchema() throws SQLException {
        return delegate.getSchema();
    }

    @Override
    public final void abort(Executor executor) throws SQLException {
        delegate.abort(executor);
    }

    @Override
    public final void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        delegate.setNetworkTimeout(executor, milliseconds);
    }

    @Override
    public final int getNetworkTimeout() throws SQLException {
        return delegate.getNetworkTimeout();
    }

    @Override
    public final void beginRequest() throws SQLException {
        delegate.beginRequest();
    }

    @Override
    public final void endRequest() throws SQLException {
        delegate.endRequest();
    }
}
