/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.Blocker.Kind;

/**
 * What a server is asked for each kind of blocker, as of PostgreSQL 13 to 18. Every question answers the same columns: pid, owner, what,
 * age_ms, delay_ms, delay_from, and of a session that may be ended started_us and transaction_us.
 */
final class BlockerSql {
    /** As exact as the server's clock, so that it is equal when it is asked again. */
    static final String SESSION = "(extract(epoch FROM backend_start) * 1000000)::bigint";

    static final String TRANSACTION = "(extract(epoch FROM xact_start) * 1000000)::bigint";

    /** A transaction that is open for less ends while clients drain. */
    private static final String LONG = "interval '5 s'";
    /** Clients queue behind an exclusive lock: that is long sooner. */
    private static final String LONG_LOCKED = "interval '1 s'";
    /** A consumer that is less behind only confirms now and then. */
    private static final String BEHIND = "16 * 1024 * 1024";
    /** As many as P42 of the preflight allows. */
    private static final String MOST_READY = "16";

    private static final String NOTHING_TELLS = "'as long again as it has lasted: nothing tells'";
    private static final String NO_SESSION = "NULL::bigint AS started_us, NULL::bigint AS transaction_us";
    private static final String OWNER =
            "coalesce(usename, '') || ' in ' || coalesce(datname, '') || ' (' || coalesce(application_name, '') || ')'";

    private static final String OPEN = "SELECT pid, " + OWNER + " AS owner, %s AS what, " + age("xact_start")
            + " AS age_ms, "
            + age("xact_start") + " AS delay_ms, " + NOTHING_TELLS + " AS delay_from, " + SESSION + " AS started_us, "
            + TRANSACTION + " AS transaction_us FROM pg_stat_activity"
            + " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start < clock_timestamp() - %s AND %s"
            + " ORDER BY xact_start";

    private BlockerSql() {}

    static String of(Kind kind) {
        return switch (kind) {
            case CONCURRENT_INDEX ->
                "SELECT pid, " + OWNER + " AS owner, lower(command) || ', ' || phase AS what, " + age("query_start")
                        + " AS age_ms, " + left("query_start", "blocks_done", "blocks_total")
                        + " AS delay_ms, 'blocks of its phase' AS delay_from, " + NO_SESSION
                        + " FROM pg_stat_progress_create_index JOIN pg_stat_activity USING (pid, datname)"
                        + " WHERE command LIKE '%CONCURRENTLY' ORDER BY query_start";
            case DDL ->
                OPEN.formatted(
                        "'holds or awaits an exclusive lock on a table'",
                        LONG_LOCKED,
                        "pid IN (SELECT pid FROM pg_locks WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock')");
            case IDLE_IN_TRANSACTION -> OPEN.formatted("state", LONG, "state = 'idle in transaction'");
            case LONG_TRANSACTION ->
                OPEN.formatted(
                        "coalesce(state, '') || coalesce(', waits for ' || wait_event_type || ' ' || wait_event, '')",
                        LONG,
                        "state IS DISTINCT FROM 'idle in transaction'");
            case PREPARED_TRANSACTION ->
                "SELECT NULL::int AS pid, owner || ' in ' || database AS owner, 'prepared as ' || gid AS what, "
                        + age("prepared") + " AS age_ms, " + age("prepared") + " AS delay_ms, " + NOTHING_TELLS
                        + " AS delay_from, " + NO_SESSION + " FROM pg_prepared_xacts ORDER BY prepared";
            case BASE_BACKUP ->
                "SELECT pid, coalesce(usename, '') || ' (' || coalesce(application_name, '') || ')' AS owner, phase AS what, "
                        + age("backend_start") + " AS age_ms, "
                        + left("backend_start", "backup_streamed", "backup_total")
                        + " AS delay_ms, 'bytes that it has sent' AS delay_from, " + NO_SESSION
                        + " FROM pg_stat_progress_basebackup JOIN pg_stat_activity USING (pid) ORDER BY backend_start";
            // what waits longest has waited for as long as the queue is: so will what is last in it, at the same pace
            case ARCHIVE_BACKLOG ->
                "SELECT NULL::int AS pid, 'the archiver' AS owner, count(*) || ' segments wait to be archived' AS what, "
                        + age("min(modification)") + " AS age_ms, " + age("min(modification)")
                        + " AS delay_ms, 'how long the oldest has waited' AS delay_from, " + NO_SESSION
                        + " FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"
                        + " AND current_setting('archive_mode') <> 'off' HAVING count(*) > " + MOST_READY;
            case WRAPAROUND_VACUUM ->
                "SELECT pid, 'autovacuum in ' || coalesce(a.datname, '') AS owner, a.query AS what, "
                        + age("xact_start")
                        + " AS age_ms, " + left("xact_start", "heap_blks_scanned", "heap_blks_total")
                        + " AS delay_ms, 'blocks that it has scanned, without its indexes' AS delay_from, " + NO_SESSION
                        + " FROM pg_stat_activity a LEFT JOIN pg_stat_progress_vacuum USING (pid)"
                        + " WHERE backend_type = 'autovacuum worker' AND a.query LIKE '%(to prevent wraparound)'"
                        + " ORDER BY xact_start";
            case LOGICAL_CONSUMER ->
                "SELECT active_pid AS pid, coalesce(r.usename || ' (' || r.application_name || ')', 'nobody') || ' in '"
                        + " || coalesce(database, '') AS owner, 'slot ' || slot_name || ' is ' || behind || ' bytes behind'"
                        + " AS what, coalesce(extract(epoch FROM r.flush_lag) * 1000, 0)::bigint AS age_ms,"
                        + " (extract(epoch FROM r.flush_lag) * 1000)::bigint AS delay_ms,"
                        + " 'how long it takes to confirm' AS delay_from, " + NO_SESSION
                        + " FROM pg_replication_slots LEFT JOIN pg_stat_replication r ON r.pid = active_pid,"
                        + " LATERAL (SELECT pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()"
                        + " ELSE pg_current_wal_lsn() END, coalesce(confirmed_flush_lsn, restart_lsn))::bigint AS behind) AS d"
                        + " WHERE slot_type = 'logical' AND behind > " + BEHIND + " ORDER BY behind DESC";
        };
    }

    private static String age(String since) {
        return "greatest(0, extract(epoch FROM clock_timestamp() - " + since + ") * 1000)::bigint";
    }

    /** At the pace until now; null while none can be told. */
    private static String left(String since, String done, String total) {
        return "CASE WHEN " + done + " > 0 AND " + total + " >= " + done
                + " THEN (extract(epoch FROM clock_timestamp() - " + since + ") * 1000 * (" + total + " - " + done
                + ") / " + done + ")::bigint END";
    }
}
