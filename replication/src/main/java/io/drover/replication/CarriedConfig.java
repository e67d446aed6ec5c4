/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;

/**
 * How a source's configuration comes to its copies: in files of its data directory, written before the copy. Access rules and maps of
 * users as they are, with what they include; settings by {@link CarriedSettings}, when the source's own file is not in its data directory.
 */
final class CarriedConfig {
    private static final String RULES = "drover_pg_hba.conf";
    private static final String USERS = "drover_pg_ident.conf";
    private static final String SETTINGS = "drover_postgresql.conf";
    private static final String OWN_SETTINGS = "postgresql.conf";

    private CarriedConfig() {}

    /**
     * On a source, before it is copied. May be repeated.
     *
     * @param connection a superuser's, over the local socket
     */
    static void carry(Connection connection) {
        Path dataDir = Path.of(Sql.text(connection, "SELECT current_setting('data_directory')"));
        Path rules = Path.of(Sql.text(connection, "SELECT current_setting('hba_file')"));
        Path users = Path.of(Sql.text(connection, "SELECT current_setting('ident_file')"));
        DurableFiles.replace(dataDir.resolve(RULES), LoginFile.whole(rules));
        if (Files.exists(users)) {
            DurableFiles.replace(dataDir.resolve(USERS), LoginFile.whole(users));
        }
        Path settings = dataDir.resolve(SETTINGS);
        if (!isRead(connection, dataDir.resolve(OWN_SETTINGS))) {
            DurableFiles.replace(settings, CarriedSettings.of(connection));
        } else if (!isRead(connection, settings)) {
            // of an earlier copy, and no longer true
            DurableFiles.delete(settings);
        }
    }

    /** A file may lie there that the server does not read: an earlier one, or the one that initdb has made. */
    private static boolean isRead(Connection connection, Path settings) {
        List<String> files =
                Sql.list(connection, "SELECT DISTINCT sourcefile FROM pg_file_settings", row -> row.getString(1));
        return files.contains(settings.toString());
    }

    /** Takes back {@link #carry}. Settings that this node's configuration includes stay: the instance runs with them. */
    static void forget(InstanceLayout layout, Path dataDir) {
        DurableFiles.delete(dataDir.resolve(RULES));
        DurableFiles.delete(dataDir.resolve(USERS));
        Path settings = dataDir.resolve(SETTINGS);
        boolean included = Files.exists(layout.configFile())
                && DurableFiles.read(layout.configFile()).contains(settings.toString());
        if (!included) {
            DurableFiles.delete(settings);
        }
    }

    /** The access rules of a copied data directory. */
    static String rulesOf(Path dataDir) {
        Path carried = dataDir.resolve(RULES);
        return DurableFiles.read(Files.exists(carried) ? carried : dataDir.resolve("pg_hba.conf"));
    }

    /** Its maps of users, when they were carried; else those that lie in it are in force. */
    static Optional<String> usersOf(Path dataDir) {
        Path carried = dataDir.resolve(USERS);
        return Files.exists(carried) ? Optional.of(DurableFiles.read(carried)) : Optional.empty();
    }

    /** Where its settings are; empty when they are nowhere in it. */
    static Optional<Path> settingsOf(Path dataDir) {
        return List.of(SETTINGS, OWN_SETTINGS).stream()
                .map(dataDir::resolve)
                .filter(Files::exists)
                .findFirst();
    }
}
