/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.Blocker;
import io.drover.api.Blocker.Kind;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.agent.SessionMark;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a controller reads from an instance: views only, with the rights of pg_monitor. */
public final class InstanceMonitor implements AutoCloseable {
    /** application_name of the session that probes the guard. */
    public static final String GUARD_PROBE = "drover_guard_probe";

    private static final Logger LOG = LoggerFactory.getLogger(InstanceMonitor.class);

    private static final double MICROS_PER_MILLI = 1000;
    private static final String ACTIVITY = """
            SELECT pg_current_wal_lsn()::text, count(*)::int,
                   coalesce(array_agg(pid ORDER BY xact_start) FILTER (WHERE xact_start IS NOT NULL), '{}'),
                   coalesce(array_agg((extract(epoch FROM xact_start) * 1000000)::bigint ORDER BY xact_start)
                            FILTER (WHERE xact_start IS NOT NULL), '{}'),
                   (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
              FROM pg_stat_activity WHERE backend_type = ? AND pid <> pg_backend_pid()
            """;

    private final Endpoint endpoint;
    private final Connection connection;
    private final Deque<Connection> idle;
    private boolean broken;

    InstanceMonitor(Endpoint endpoint, Connection connection, Deque<Connection> idle) {
        this.endpoint = endpoint;
        this.connection = connection;
        this.idle = idle;
    }

    /**
     * A standby as the server sees it from which it streams (pg_stat_replication).
     *
     * @param lagBytes from the primary's flush position, or a standby's replay position, to the standby's replay position
     * @param lagMillis replay lag; zero when no byte is missing, however long the shard has been idle (H99)
     */
    public record StandbyView(String state, long lagBytes, long lagMillis) {}

    /** The standby that streams under an application_name. */
    public Optional<StandbyView> standby(String applicationName) {
        String sql = "select state, greatest(pg_wal_lsn_diff(case when pg_is_in_recovery()"
                + " then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end, replay_lsn), 0)::bigint,"
                + " coalesce(extract(epoch from replay_lag) * 1000, 0)::bigint"
                + " from pg_stat_replication where application_name = ? and replay_lsn is not null";
        return ask(sql, applicationName, row -> {
            long bytes = row.getLong(2);
            return new StandbyView(row.getString(1), bytes, bytes == 0 ? 0 : row.getLong(3));
        });
    }

    /**
     * Drover's base backup that runs, as pg_stat_progress_basebackup shows it.
     *
     * @param streamed bytes that were sent
     * @param total bytes that will be sent, as PostgreSQL has estimated them; less than {@code streamed} when data has grown
     */
    public record BackupView(long streamed, long total) {}

    /** The running base backup; empty before its size is estimated, and when it has ended. */
    public Optional<BackupView> baseBackup() {
        String sql = "select backup_streamed, backup_total from pg_stat_progress_basebackup"
                + " join pg_stat_activity using (pid) where application_name = ? and backup_total > 0"
                // the walsender of a copy that was broken off may be there for a while
                + " order by backend_start desc";
        return ask(sql, Connections.APPLICATION_NAME, row -> new BackupView(row.getLong(1), row.getLong(2)));
    }

    /** Whether a slot is there and has not lost what it was to hold back, which max_slot_wal_keep_size allows. */
    public boolean holdsWal(String slot) {
        return ask(
                        "select 1 from pg_replication_slots where slot_name = ? and wal_status is distinct from 'lost'",
                        slot,
                        row -> row.getInt(1))
                .isPresent();
    }

    /** Whether the session that probes the guard waits for a synchronous standby. */
    public boolean guardProbeWaits() {
        return ask(
                        "select 1 from pg_stat_activity where application_name = ? and wait_event = 'SyncRep'",
                        GUARD_PROBE,
                        row -> row.getInt(1))
                .isPresent();
    }

    /**
     * Something that a cutover waits for or breaks off.
     *
     * @param session the transaction to end, of a kind that may be ended; null of others
     */
    public record BlockerView(Blocker blocker, @Nullable SessionMark session) {}

    /** What stands in the way of a cutover of this primary: by kind, the oldest first, each process once. */
    public List<BlockerView> blockers() {
        Set<Integer> named = new HashSet<>();
        List<BlockerView> found = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (BlockerView view : list(BlockerSql.of(kind), row -> blocker(kind, row))) {
                Integer pid = view.blocker().pid();
                if (pid == null || named.add(pid)) {
                    found.add(view);
                }
            }
        }
        return found;
    }

    private static BlockerView blocker(Kind kind, ResultSet row) throws SQLException {
        Integer pid = row.getObject("pid", Integer.class);
        Blocker blocker = new Blocker(
                kind,
                pid,
                row.getString("owner"),
                row.getString("what"),
                row.getLong("age_ms"),
                row.getObject("delay_ms", Long.class),
                row.getString("delay_from"));
        Long started = row.getObject("started_us", Long.class);
        Long transaction = row.getObject("transaction_us", Long.class);
        return new BlockerView(
                blocker,
                pid == null || started == null || transaction == null
                        ? null
                        : new SessionMark(pid, started, transaction));
    }

    /**
     * A transaction of a client.
     *
     * @param pid the session
     * @param begun microseconds since the epoch, by the server's clock; with the pid it names the transaction
     * @param millis how long it has been open
     */
    public record OpenTransaction(int pid, long begun, double millis) {}

    /**
     * What goes on on a primary.
     *
     * @param written end of the WAL that was written
     * @param sessions of clients
     * @param open transactions of clients, at most {@value #MOST_TRANSACTIONS}, the oldest first
     */
    public record ActivityView(Lsn written, int sessions, List<OpenTransaction> open) {
        private static final int MOST_TRANSACTIONS = 100;

        public ActivityView {
            open = List.copyOf(open);
        }

        /** How long the oldest transaction of a client has been open; zero when none is. */
        public double oldestMillis() {
            return open.isEmpty() ? 0 : open.get(0).millis();
        }
    }

    /** What goes on on this primary now. */
    public ActivityView activity() {
        return ask(ACTIVITY, "client backend", InstanceMonitor::activity).orElseThrow();
    }

    private static ActivityView activity(ResultSet row) throws SQLException {
        Integer[] pids = (Integer[]) row.getArray(3).getArray();
        Long[] begun = (Long[]) row.getArray(4).getArray();
        long now = row.getLong(5);
        List<OpenTransaction> open = new ArrayList<>();
        for (int i = 0; i < Math.min(pids.length, ActivityView.MOST_TRANSACTIONS); i++) {
            // the view is a moment older than the clock, or a session began in between
            open.add(new OpenTransaction(pids[i], begun[i], Math.max(0, (now - begun[i]) / MICROS_PER_MILLI)));
        }
        return new ActivityView(Lsn.parse(row.getString(1)), row.getInt(2), open);
    }

    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> Optional<T> ask(String sql, String parameter, Row<T> reader) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, parameter);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.ofNullable(reader.read(rows)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw unanswered(e);
        }
    }

    private <T> List<T> list(String sql, Row<T> reader) {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            List<T> found = new ArrayList<>();
            while (rows.next()) {
                found.add(reader.read(rows));
            }
            return found;
        } catch (SQLException e) {
            throw unanswered(e);
        }
    }

    private DroverException unanswered(SQLException e) {
        broken = true;
        return new DroverException(
                ErrorCode.POSTGRES_UNREACHABLE,
                "PostgreSQL on " + endpoint.node() + " did not answer: " + e.getMessage(),
                "check that it runs and that role drover has pg_monitor",
                e);
    }

    static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("connection was broken already", e);
        }
    }

    @Override
    public void close() {
        if (broken) {
            closeQuietly(connection);
            return;
        }
        synchronized (idle) {
            idle.push(connection);
        }
    }
}
