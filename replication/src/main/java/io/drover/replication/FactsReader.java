package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.agent.Facts.Archiver;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.Receiver;
import io.drover.api.agent.Facts.Sender;
import io.drover.api.agent.Facts.Setting;
import io.drover.api.agent.Facts.Slot;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads of a running instance, primary or standby, what the preflight wants to know. Changes nothing. */
public final class FactsReader {
    private static final int HEXADECIMAL = 16;
    private static final int TIMELINE_DIGITS = 8;

    private static final String SUBSCRIPTIONS = """
        SELECT d.datname || '.' || s.subname || CASE WHEN s.subenabled THEN ' (enabled)' ELSE ' (disabled)' END
        FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid ORDER BY 1
        """;

    private static final String TABLESPACES = """
        SELECT pg_tablespace_location(oid) FROM pg_tablespace
        WHERE spcname NOT IN ('pg_default', 'pg_global') ORDER BY 1
        """;

    /** A setting that only waits for a restart is shown there too, and is no error of the file. */
    private static final String CONFIG_ERRORS = """
        SELECT f.sourcefile || ':' || f.sourceline || ': ' || coalesce(f.name || ': ', '') || f.error
        FROM pg_file_settings f
        WHERE f.error IS NOT NULL
          AND NOT EXISTS (SELECT FROM pg_settings s WHERE s.name = f.name AND s.pending_restart)
        UNION ALL
        SELECT current_setting('hba_file') || ':' || h.line_number || ': ' || h.error
        FROM pg_hba_file_rules h WHERE h.error IS NOT NULL
        """;

    /** Only what works against a fence: read-only switched off, commits that do not wait. */
    private static final String ROLE_SETTINGS = """
        SELECT coalesce(r.rolname, '*') || '/' || coalesce(d.datname, '*') || ': ' || c
        FROM pg_db_role_setting s
        LEFT JOIN pg_roles r ON r.oid = s.setrole
        LEFT JOIN pg_database d ON d.oid = s.setdatabase
        CROSS JOIN unnest(s.setconfig) c
        WHERE c ~ '^(default_)?transaction_read_only=' AND c !~* '=(on|true|yes|1)$'
           OR c ~* '^synchronous_commit=(off|false|no|0|local)$'
        ORDER BY 1
        """;

    private static final String BASE_BACKUPS = """
        SELECT 'process ' || p.pid || ' (' || coalesce(nullif(a.application_name, ''), 'no name') || '), ' || p.phase
        FROM pg_stat_progress_basebackup p LEFT JOIN pg_stat_activity a ON a.pid = p.pid ORDER BY 1
        """;

    private static final String LONG_TRANSACTIONS = """
        SELECT 'process ' || pid || ' (' || coalesce(nullif(application_name, ''), 'no name') || ', role '
            || coalesce(usename, '?') || ', ' || coalesce(state, '?') || ') for '
            || extract(epoch FROM now() - xact_start)::bigint || ' s'
        FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND xact_start < now() - interval '5 seconds'
          AND pid <> pg_backend_pid()
        ORDER BY xact_start
        """;

    /** The server's own kinds of all supported versions, and those that only warm caches, are left out. */
    private static final String BACKGROUND_WORKERS = """
        SELECT DISTINCT backend_type FROM pg_stat_activity
        WHERE backend_type NOT IN (
            'archiver', 'autovacuum launcher', 'autovacuum worker', 'background writer', 'checkpointer',
            'client backend', 'io worker', 'logger', 'logical replication apply worker',
            'logical replication launcher', 'logical replication parallel worker',
            'logical replication tablesync worker', 'logical replication worker', 'parallel worker',
            'slotsync worker', 'standalone backend', 'startup', 'walreceiver', 'walsender', 'walsummarizer',
            'walwriter', 'autoprewarm leader', 'autoprewarm worker')
        ORDER BY 1
        """;

    private final PostgresBinaries binaries;
    private final LocalServer server;
    private final Path dataDir;

    public FactsReader(PostgresBinaries binaries, LocalServer server, Path dataDir) {
        this.binaries = binaries;
        this.server = server;
        this.dataDir = dataDir;
    }

    /**
     * Reads everything.
     *
     * @param leftovers of earlier moves as the agent knows them; those that are found are added
     */
    public InstanceFacts read(List<String> leftovers) {
        ControlData control = ControlData.read(binaries, dataDir);
        try (Connection connection = server.connect()) {
            DatabaseFacts databases = DatabaseFacts.read(server, connection);
            Map<String, Setting> settings = settings(connection);
            boolean inRecovery = Sql.truth(connection, "SELECT pg_is_in_recovery()");
            FileStore disk = Files.getFileStore(dataDir);
            List<Slot> slots = slots(connection);
            return new InstanceFacts(
                    control.systemIdentifier(),
                    Integer.parseInt(Sql.text(connection, "SHOW server_version_num")),
                    inRecovery,
                    timeline(connection, inRecovery),
                    settings,
                    control.raw(),
                    bytes(connection),
                    disk.getUsableSpace(),
                    disk.getTotalSpace(),
                    slots,
                    senders(connection),
                    receiver(connection, inRecovery).orElse(null),
                    texts(connection, "SELECT gid FROM pg_prepared_xacts ORDER BY 1"),
                    texts(connection, SUBSCRIPTIONS),
                    texts(connection, TABLESPACES),
                    databases.unloggedTables(),
                    databases.collations(),
                    databases.collationMismatches(),
                    databases.collationProbe(),
                    texts(connection, CONFIG_ERRORS),
                    texts(connection, ROLE_SETTINGS),
                    RoleSetup.check(connection),
                    AutoConf.read(dataDir).names().stream().sorted().toList(),
                    leftovers(leftovers, slots),
                    texts(connection, BASE_BACKUPS),
                    texts(connection, LONG_TRANSACTIONS),
                    texts(connection, BACKGROUND_WORKERS),
                    archiver(connection, settings),
                    Sql.number(connection, "SELECT coalesce(sum(checksum_failures), 0)::bigint FROM pg_stat_database"),
                    Sql.number(
                            connection,
                            "SELECT greatest(0, extract(epoch FROM now() - checkpoint_time))::bigint"
                                    + " FROM pg_control_checkpoint()"));
        } catch (SQLException | IOException e) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED,
                    "the facts of " + dataDir + " could not be read: " + e.getMessage(),
                    null,
                    e);
        }
    }

    private static List<String> texts(Connection connection, String sql) {
        return Sql.list(connection, sql, row -> row.getString(1));
    }

    private static Map<String, Setting> settings(Connection connection) {
        Map<String, Setting> settings = new TreeMap<>();
        Sql.list(
                connection,
                "SELECT name, setting, source, pending_restart FROM pg_settings",
                row -> settings.put(
                        row.getString(1), new Setting(row.getString(2), row.getString(3), row.getBoolean(4))));
        return settings;
    }

    /** From a segment's name: after a promotion the control file names the old timeline for a while (H87). */
    private static int timeline(Connection connection, boolean inRecovery) {
        if (inRecovery) {
            return (int) Sql.number(
                    connection,
                    "SELECT coalesce((SELECT received_tli FROM pg_stat_wal_receiver),"
                            + " (SELECT timeline_id FROM pg_control_checkpoint()))");
        }
        String segment = Sql.text(connection, "SELECT pg_walfile_name(pg_current_wal_lsn())");
        return Integer.parseInt(segment.substring(0, TIMELINE_DIGITS), HEXADECIMAL);
    }

    /** What a base backup copies: all tablespaces, and the WAL that lies there now. */
    private static long bytes(Connection connection) {
        return Sql.number(
                connection,
                "SELECT (SELECT sum(pg_tablespace_size(oid)) FROM pg_tablespace)"
                        + " + (SELECT coalesce(sum(size), 0) FROM pg_ls_waldir())");
    }

    private static List<Slot> slots(Connection connection) {
        return Sql.list(
                connection,
                "SELECT slot_name, slot_type, active, active_pid, restart_lsn, wal_status FROM pg_replication_slots"
                        + " ORDER BY slot_name",
                row -> new Slot(
                        row.getString(1),
                        row.getString(2),
                        row.getBoolean(3),
                        (Integer) row.getObject(4),
                        lsn(row, 5),
                        row.getString(6)));
    }

    private static List<Sender> senders(Connection connection) {
        return Sql.list(
                connection,
                "SELECT r.pid, r.application_name, r.client_addr::text, r.state, r.replay_lsn, r.sync_state,"
                        + " s.slot_name FROM pg_stat_replication r LEFT JOIN pg_replication_slots s ON s.active_pid ="
                        + " r.pid ORDER BY r.pid",
                row -> new Sender(
                        row.getInt(1),
                        row.getString(2),
                        row.getString(3),
                        String.valueOf(row.getString(4)),
                        lsn(row, 5),
                        String.valueOf(row.getString(6)),
                        row.getString(7)));
    }

    private static @Nullable Lsn lsn(ResultSet row, int column) throws SQLException {
        String text = row.getString(column);
        return text == null ? null : Lsn.parse(text);
    }

    private static Optional<Receiver> receiver(Connection connection, boolean inRecovery) {
        if (!inRecovery) {
            return Optional.empty();
        }
        return Sql.first(
                connection,
                "SELECT status, coalesce(received_tli, 0), slot_name, coalesce(sender_host, ''),"
                        + " coalesce(sender_port, 0), pg_is_wal_replay_paused() FROM pg_stat_wal_receiver",
                row -> new Receiver(
                        row.getString(1),
                        row.getInt(2),
                        row.getString(3),
                        row.getString(4),
                        row.getInt(5),
                        row.getBoolean(6)));
    }

    private static Archiver archiver(Connection connection, Map<String, Setting> settings) {
        return new Archiver(
                value(settings, "archive_mode"),
                value(settings, "archive_command"),
                value(settings, "archive_library"),
                (int) Sql.number(
                        connection, "SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"),
                Sql.truth(
                        connection,
                        "SELECT coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false)"
                                + " FROM pg_stat_archiver"));
    }

    /** While archiving is off the server shows {@code (disabled)} for a command. */
    private static String value(Map<String, Setting> settings, String name) {
        Setting setting = settings.get(name);
        String value = setting == null ? null : setting.value();
        return value == null || value.equals("(disabled)") ? "" : value;
    }

    private List<String> leftovers(List<String> known, List<Slot> slots) throws IOException {
        List<String> found = new ArrayList<>(known);
        slots.stream()
                .filter(slot -> slot.name().startsWith("drover_"))
                .forEach(slot -> found.add("slot " + slot.name()));
        Path parent = dataDir.toAbsolutePath().getParent();
        if (parent != null && Files.isReadable(parent)) {
            try (DirectoryStream<Path> beside =
                    Files.newDirectoryStream(parent, dataDir.getFileName() + ".{staging,rewinding,set-aside}-*")) {
                beside.forEach(directory -> found.add("directory " + directory));
            }
        }
        return found.stream().distinct().toList();
    }
}
