/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;

/** A session as the pool keeps it, with what the kit knows of it. */
final class Session extends ForwardingConnection {
    private final PgConnection driver;
    /** In which generation of its pool it was last proven. */
    private volatile int proven = -1;

    Session(PgConnection driver) {
        super(driver);
        this.driver = driver;
    }

    PgConnection driver() {
        return driver;
    }

    boolean isProven(int generation) {
        return proven == generation;
    }

    void prove(int generation) {
        proven = generation;
    }

    @Override
    <S extends Statement> S made(Class<S> kind, S statement, @Nullable String sql) {
        return statement;
    }

    @Override
    public void close() throws SQLException {
        driver.close();
    }
}
