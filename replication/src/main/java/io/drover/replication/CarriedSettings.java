/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.sql.Connection;
import java.util.List;
import java.util.Set;

/**
 * The settings of a source that its copies get when its postgresql.conf lies outside of its data directory: the values in force, wherever
 * its files include them from. Which ones is a list of what may: by PostgreSQL's own categories, without what speaks of the node.
 */
final class CarriedSettings {
    /**
     * What the asking session has otherwise hides what the files say: the driver tells the server its own TimeZone and DateStyle at each login,
     * and the role that asks may have settings of its own.
     */
    private static final String IN_FORCE = """
            SELECT s.name, coalesce(f.setting, s.setting), s.category FROM pg_settings AS s
            LEFT JOIN LATERAL (
              SELECT setting FROM pg_file_settings
              WHERE lower(name) = lower(s.name) AND applied AND sourcefile NOT LIKE '%postgresql.auto.conf'
              ORDER BY seqno DESC LIMIT 1) AS f
              ON s.source IN ('client', 'session', 'user', 'database', 'database user')
            WHERE s.context <> 'internal'
              AND (f.setting IS NOT NULL OR s.source IN ('configuration file', 'command line')
                AND coalesce(s.sourcefile, '') NOT LIKE '%postgresql.auto.conf')
            ORDER BY s.name""";

    /** As PostgreSQL names them, up to 18. Where to log, where files lie and what developers need stays on the node. */
    private static final List<String> TRAVELLING = List.of(
            "Autovacuum",
            "Client Connection Defaults /",
            "Connections and Authentication /",
            "Customized Options",
            "Error Handling",
            "Lock Management",
            "Query Tuning /",
            "Replication /",
            "Reporting and Logging / Process Title",
            "Reporting and Logging / What to Log",
            "Reporting and Logging / When to Log",
            "Resource Usage /",
            "Statistics /",
            "Vacuuming /",
            "Version and Platform Compatibility /",
            "Write-Ahead Log / Archiv",
            "Write-Ahead Log / Checkpoints",
            "Write-Ahead Log / Recovery",
            "Write-Ahead Log / Settings",
            "Write-Ahead Log / Summarization");

    /** A copy with one of these would end its recovery. */
    private static final String RECOVERY_TARGET = "Write-Ahead Log / Recovery Target";

    /** Of categories that travel, but of one node: groups, files and names that only that one has. */
    private static final Set<String> STAYING = Set.of(
            "bonjour",
            "bonjour_name",
            "krb_server_keyfile",
            "primary_conninfo",
            "primary_slot_name",
            "promote_trigger_file",
            "stats_temp_directory",
            "unix_socket_group");

    private CarriedSettings() {}

    /** Text of a settings file. */
    static String of(Connection connection) {
        // the names of categories are translated
        Sql.text(connection, "SELECT set_config('lc_messages', 'C', false)");
        StringBuilder lines = new StringBuilder("# Settings of the source, written by Drover for its copies\n");
        Sql.list(connection, IN_FORCE, row -> List.of(row.getString(1), row.getString(2), row.getString(3)))
                .forEach(row -> lines.append(
                        travels(row.get(0), row.get(2))
                                ? AutoConf.line(row.get(0), row.get(1))
                                : "# stays on its node: " + row.get(0) + "\n"));
        return lines.toString();
    }

    /** Whether a setting of a category is part of the instance. */
    static boolean travels(String name, String category) {
        return TRAVELLING.stream().anyMatch(category::startsWith)
                && !category.equals(RECOVERY_TARGET)
                && !STAYING.contains(name)
                && !NodeConfig.NODE_LOCAL.contains(name);
    }
}
