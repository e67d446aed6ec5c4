/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

/** What {@link FactsReader} asks an instance for, each as of PostgreSQL 13 to 18. */
final class FactsSql {
    static final String SETTINGS = "SELECT name, setting, source, pending_restart FROM pg_settings ORDER BY name";

    static final String SENDERS = """
            SELECT r.pid, coalesce(r.application_name, ''), host(r.client_addr), coalesce(r.state, ''), r.replay_lsn::text,
                   coalesce(r.sync_state, ''), s.slot_name
            FROM pg_stat_replication r LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid ORDER BY 1""";

    static final String RECEIVER = """
            SELECT coalesce(status, ''), coalesce(received_tli, 0), slot_name, coalesce(sender_host, ''),
                   coalesce(sender_port, 0), pg_is_wal_replay_paused(), coalesce(conninfo, '')
            FROM pg_stat_wal_receiver""";

    /** User tablespaces lie outside the data directory. */
    static final String TABLESPACE_BYTES = """
            SELECT coalesce(sum(pg_tablespace_size(oid)), 0)::bigint FROM pg_tablespace
            WHERE spcname NOT IN ('pg_default', 'pg_global')""";

    static final String PREPARED = "SELECT gid FROM pg_prepared_xacts ORDER BY 1";

    static final String SUBSCRIPTIONS = """
            SELECT d.datname || '.' || s.subname || CASE WHEN s.subenabled THEN ' (enabled)' ELSE ' (disabled)' END
            FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid ORDER BY 1""";

    static final String TABLESPACES = """
            SELECT pg_tablespace_location(oid) FROM pg_tablespace
            WHERE spcname NOT IN ('pg_default', 'pg_global') ORDER BY 1""";

    /** What only waits for a restart is shown with an error, too; it keeps no other line from being loaded. */
    static final String CONFIG_ERRORS = """
            SELECT coalesce(sourcefile, '') || ':' || coalesce(sourceline, 0) || ': ' || error
            FROM pg_file_settings f
            WHERE error IS NOT NULL
              AND NOT EXISTS (SELECT FROM pg_settings s WHERE s.name = f.name AND s.pending_restart)
            UNION ALL
            SELECT 'pg_hba.conf:' || coalesce(line_number, 0) || ': ' || error
            FROM pg_hba_file_rules WHERE error IS NOT NULL""";

    static final String ROLE_SETTINGS = """
            SELECT coalesce(r.rolname, 'all') || '/' || coalesce(d.datname, 'all') || ': ' || setting
            FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase,
                 unnest(s.setconfig) AS setting
            WHERE setting ~ '^(default_)?transaction_read_only=' OR setting LIKE 'synchronous\\_commit=%' ORDER BY 1""";

    /** Of several lines with one name the last counts. */
    static final String AUTO_CONF = """
            SELECT DISTINCT ON (name) name, setting FROM pg_file_settings
            WHERE sourcefile LIKE '%/postgresql.auto.conf' AND name IS NOT NULL ORDER BY name, seqno DESC""";

    static final String BASE_BACKUPS =
            "SELECT 'process ' || pid || ', ' || phase FROM pg_stat_progress_basebackup ORDER BY 1";

    private static final String OPEN_TRANSACTION = """
            'process ' || pid || ' of ' || coalesce(usename, '') || ' in ' || coalesce(datname, '') || ' ('
            || coalesce(application_name, '') || '), ' || extract(epoch FROM clock_timestamp() - xact_start)::bigint || ' s'""";

    static final String LONG_TRANSACTIONS = "SELECT " + OPEN_TRANSACTION
            + " FROM pg_stat_activity WHERE xact_start < clock_timestamp() - interval '5 s' AND pid <> pg_backend_pid()"
            + " AND backend_type IN ('client backend', 'autovacuum worker') ORDER BY xact_start";

    static final String BACKGROUND_WORKERS = """
            SELECT DISTINCT backend_type FROM pg_stat_activity
            WHERE backend_type <> ALL ('{client backend,autovacuum launcher,autovacuum worker,logical replication launcher,\
            logical replication worker,logical replication apply worker,logical replication parallel worker,\
            logical replication tablesync worker,parallel worker,background writer,checkpointer,archiver,startup,\
            walreceiver,walsender,walwriter,walsummarizer,io worker,slotsync worker,autoprewarm leader,\
            autoprewarm worker}'::text[])
            ORDER BY 1""";

    static final String ARCHIVER = """
            SELECT current_setting('archive_mode'), current_setting('archive_command'),
                   coalesce(current_setting('archive_library', true), ''),
                   (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'),
                   coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false)
            FROM pg_stat_archiver""";

    static final String CHECKSUM_FAILURES = "SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database";

    static final String SECONDS_SINCE_CHECKPOINT = """
            SELECT greatest(0, extract(epoch FROM clock_timestamp() - checkpoint_time))::bigint
            FROM pg_control_checkpoint()""";

    private FactsSql() {}
}
