/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.Lsn;
import io.drover.api.agent.Facts;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the preflight wants to know of a running instance, as its superuser, since settings files, rules and other
 * databases are hidden from everybody else (hazard H90).
 */
public final class FactsReader {
    private final PostgresBinaries binaries;
    private final LocalServer server;
    private final Path dataDir;

    /** For one running instance. */
    public FactsReader(PostgresBinaries binaries, LocalServer server, Path dataDir) {
        this.binaries = binaries;
        this.server = server;
        this.dataDir = dataDir;
    }

    /**
     * Reads everything.
     *
     * @param leftovers of earlier moves, as the agent knows them; Drover's slots are added
     * @param journaled names of the settings that the agent knows how to put back
     * @param startedByOthers what else than the agent starts it; empty when nothing does
     */
    public Facts.InstanceFacts read(List<String> leftovers, Set<String> journaled, String startedByOthers) {
        try (Connection connection = server.connect()) {
            ControlData control = ControlData.read(binaries, dataDir);
            int version = (int) Sql.number(connection, "SELECT current_setting('server_version_num')");
            List<Facts.Slot> slots = Slots.list(connection);
            boolean inRecovery = Sql.truth(connection, "SELECT pg_is_in_recovery()");
            DatabaseFacts databases = DatabaseFacts.read(server, connection, version);
            FileStore disk = Files.getFileStore(dataDir);
            return new Facts.InstanceFacts(
                    control.systemIdentifier(),
                    version,
                    inRecovery,
                    Promotion.timeline(connection),
                    settings(connection),
                    control.raw(),
                    DurableFiles.size(dataDir) + Sql.number(connection, FactsSql.TABLESPACE_BYTES),
                    disk.getUsableSpace(),
                    disk.getTotalSpace(),
                    slots,
                    Sql.list(connection, FactsSql.SENDERS, FactsReader::sender),
                    inRecovery ? receiver(connection).orElse(null) : null,
                    texts(connection, FactsSql.PREPARED),
                    texts(connection, FactsSql.SUBSCRIPTIONS),
                    texts(connection, FactsSql.TABLESPACES),
                    databases.unloggedTables(),
                    databases.collations(),
                    databases.collationMismatches(),
                    databases.collationProbe(),
                    texts(connection, FactsSql.CONFIG_ERRORS),
                    texts(connection, FactsSql.ROLE_SETTINGS),
                    RoleSetup.check(connection),
                    unexplained(autoConf(connection), journaled),
                    leftovers(leftovers, slots),
                    texts(connection, FactsSql.BASE_BACKUPS),
                    texts(connection, FactsSql.LONG_TRANSACTIONS),
                    texts(connection, FactsSql.BACKGROUND_WORKERS),
                    archiver(connection),
                    Sql.number(connection, FactsSql.CHECKSUM_FAILURES),
                    Sql.number(connection, FactsSql.SECONDS_SINCE_CHECKPOINT),
                    RoleRights.beyond(connection),
                    startedByOthers);
        } catch (SQLException e) {
            throw Sql.failed("reading facts", e);
        } catch (IOException e) {
            throw DurableFiles.failed("could not read the file system of " + dataDir, e);
        }
    }

    private static Map<String, Facts.Setting> settings(Connection connection) {
        Map<String, Facts.Setting> settings = new LinkedHashMap<>();
        Sql.list(
                connection,
                FactsSql.SETTINGS,
                row -> settings.put(
                        row.getString(1),
                        new Facts.Setting(
                                ConnectionString.withoutPassword(row.getString(2)),
                                row.getString(3),
                                row.getBoolean(4))));
        return settings;
    }

    private static Map<String, String> autoConf(Connection connection) {
        Map<String, String> values = new LinkedHashMap<>();
        Sql.list(
                connection,
                FactsSql.AUTO_CONF,
                row -> values.put(
                        row.getString(1), String.valueOf(ConnectionString.withoutPassword(row.getString(2)))));
        return values;
    }

    /** What Drover may have written and no journal entry speaks of. */
    static Map<String, String> unexplained(Map<String, String> autoConf, Set<String> journaled) {
        Map<String, String> unexplained = new TreeMap<>();
        for (ManagedSetting setting : ManagedSetting.values()) {
            String value = autoConf.get(setting.parameter());
            if (value != null && !journaled.contains(setting.parameter())) {
                unexplained.put(setting.parameter(), value);
            }
        }
        return unexplained;
    }

    private static Facts.Sender sender(ResultSet row) throws SQLException {
        @Nullable Lsn replayed = Slots.lsn(row.getString(5));
        return new Facts.Sender(
                row.getInt(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                replayed,
                row.getString(6),
                row.getString(7));
    }

    private static Optional<Facts.Receiver> receiver(Connection connection) {
        return Sql.first(
                connection,
                FactsSql.RECEIVER,
                row -> new Facts.Receiver(
                        row.getString(1),
                        row.getInt(2),
                        row.getString(3),
                        row.getString(4),
                        row.getInt(5),
                        row.getBoolean(6),
                        ConnectionString.applicationName(row.getString(7)).orElse(null)));
    }

    private static Facts.Archiver archiver(Connection connection) {
        return Sql.first(
                        connection,
                        FactsSql.ARCHIVER,
                        row -> new Facts.Archiver(
                                row.getString(1), row.getString(2), row.getString(3), row.getInt(4), row.getBoolean(5)))
                .orElseThrow();
    }

    private static List<String> leftovers(List<String> known, List<Facts.Slot> slots) {
        List<String> all = new ArrayList<>(known);
        slots.stream()
                .map(Facts.Slot::name)
                .filter(name -> name.startsWith("drover_"))
                .forEach(name -> all.add("slot " + name));
        return all;
    }

    private static List<String> texts(Connection connection, String sql) {
        return Sql.list(connection, sql, row -> row.getString(1));
    }
}
