/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The parts of a data source that are the same for all of the kit's. */
abstract class AbstractDataSource implements DataSource {
    @Override
    public final Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the role is part of the configuration: call getConnection()");
    }

    /** The kit logs through SLF4J. */
    @Override
    public final @Nullable PrintWriter getLogWriter() {
        return null;
    }

    /** The kit logs through SLF4J. */
    @Override
    public final void setLogWriter(@Nullable PrintWriter out) {}

    /** The configuration says how long a call may wait. */
    @Override
    public final void setLoginTimeout(int seconds) {}

    @Override
    public final int getLoginTimeout() {
        return 0;
    }

    @Override
    public final Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("the kit logs through SLF4J");
    }

    @Override
    public final <T> T unwrap(Class<T> type) throws SQLException {
        if (!type.isInstance(this)) {
            throw new SQLException(getClass().getName() + " does not wrap a " + type.getName());
        }
        return type.cast(this);
    }

    @Override
    public final boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }
}
