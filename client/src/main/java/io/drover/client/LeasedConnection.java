/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgConnection;

/**
 * A connection in the application's hands. Closing it gives back session, count and place; the fence waits for that. What commits in it
 * is watched: a commit whose outcome nobody knows fails as {@link CommitOutcomeUnknownException}, everything else as the driver says.
 */
final class LeasedConnection extends ForwardingConnection implements ShardConnection {
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Grant grant;
    private final Gate gate;
    private final UnknownOutcomes outcomes;
    /** The driver's own, which remembers the state of the transaction also when the pool has thrown it away as broken. */
    private @Nullable PgConnection session;

    private volatile @Nullable String transactionId;

    LeasedConnection(Connection delegate, Grant grant, Gate gate, UnknownOutcomes outcomes) {
        super(delegate);
        this.grant = grant;
        this.gate = gate;
        this.outcomes = outcomes;
    }

    @Override
    public void noteTransactionId(String id) throws SQLException {
        transactionId = isInTransaction() ? id : null;
    }

    @Override
    <S extends Statement> S made(Class<S> kind, S statement, @Nullable String sql) {
        return WatchedStatement.watch(kind, statement, sql, this);
    }

    @Override
    public void commit() throws SQLException {
        endTransaction(delegate()::commit);
    }

    /** To turn it on commits what is open. */
    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        if (autoCommit) {
            endTransaction(() -> delegate().setAutoCommit(true));
        } else {
            delegate().setAutoCommit(false);
        }
    }

    @Override
    public void rollback() throws SQLException {
        delegate().rollback();
        transactionId = null;
    }

    private void endTransaction(SqlAction commit) throws SQLException {
        boolean sends = isInTransaction();
        SQLWarning before = lastWarning();
        String id = transactionId;
        transactionId = null;
        try {
            commit.run();
        } catch (SQLException e) {
            throw sends ? translated(e, id) : e;
        }
        if (sends && UnknownOutcomes.isWaitCancelled(delegate().getWarnings(), before)) {
            throw outcomes.waitCancelled(grant, id);
        }
    }

    private @Nullable SQLWarning lastWarning() throws SQLException {
        SQLWarning last = delegate().getWarnings();
        SQLWarning next = last;
        while (next != null) {
            last = next;
            next = next.getNextWarning();
        }
        return last;
    }

    /** Without a transaction the driver sends no commit. */
    private boolean isInTransaction() throws SQLException {
        return session().getTransactionState() != TransactionState.IDLE;
    }

    /** Whether a statement that is sent now commits by itself. What was declared to read only commits nothing that anybody misses. */
    boolean commitsByItself() throws SQLException {
        return delegate().getAutoCommit() && !isInTransaction() && !delegate().isReadOnly();
    }

    /** The failure of a statement that might have committed. */
    SQLException translated(SQLException failure) {
        return translated(failure, transactionId);
    }

    private SQLException translated(SQLException failure, @Nullable String id) {
        return UnknownOutcomes.isUnanswered(failure) ? outcomes.unanswered(grant, id, failure) : failure;
    }

    /** A statement has succeeded, and the server told this. */
    void succeeded(@Nullable SQLWarning warning) throws SQLException {
        String id = transactionId;
        if (id != null && !isInTransaction()) {
            transactionId = null;
        }
        if (UnknownOutcomes.isWaitCancelled(warning, null)) {
            throw outcomes.waitCancelled(grant, id);
        }
    }

    private PgConnection session() throws SQLException {
        PgConnection known = session;
        if (known == null) {
            known = delegate().unwrap(PgConnection.class);
            session = known;
        }
        return known;
    }

    @Override
    public void close() throws SQLException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            // The pool rolls back what is open, and only then the connection counts as drained.
            delegate().close();
        } finally {
            grant.exit();
            gate.release(grant);
        }
    }

    /** Something that the driver does. */
    private interface SqlAction {
        void run() throws SQLException;
    }
}
