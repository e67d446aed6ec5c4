/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Set;

/**
 * Node-local settings of an instance, outside its data directory, since a copy or a rewind replaces everything in it (hazards
 * H64, H91). What all copies share stays in the data directory and travels with it.
 */
public final class NodeConfig {
    /** In a data directory: the access rules in force on the source when the copy was made. */
    static final String CARRIED_RULES = "drover_pg_hba.conf";

    /** In a data directory: the settings of a source whose postgresql.conf lies elsewhere. */
    static final String CARRIED_SETTINGS = "drover_postgresql.conf";

    /** Settings that belong to a node and not to an instance. */
    static final Set<String> NODE_LOCAL = Set.of(
            "listen_addresses",
            "port",
            "unix_socket_directories",
            "hba_file",
            "ident_file",
            "config_file",
            "data_directory",
            "external_pid_file",
            "cluster_name");

    private static final String FILE_SETTINGS = """
            SELECT name, setting FROM pg_settings
            WHERE source = 'configuration file' AND sourcefile NOT LIKE '%postgresql.auto.conf' AND context <> 'internal'
            ORDER BY name""";

    private NodeConfig() {}

    /**
     * What differs from node to node.
     *
     * @param listenAddresses PostgreSQL's {@code listen_addresses}
     * @param clusterName the node's id, which process titles and logs show
     * @param tls the node's certificate; without one {@code ssl} stays as the shared settings have it
     */
    public record Local(Path socketDir, int port, String listenAddresses, String clusterName, ServerTls tls) {}

    /** Writes conf/postgresql.conf, conf/pg_hba.conf and the password file; replaces what is there. */
    public static void write(
            InstanceLayout layout, Path dataDir, Local local, String accessRules, RoleSetup.Passwords passwords) {
        DurableFiles.createDirectory(layout.conf());
        PassFile.write(layout.passFile(), passwords);
        DurableFiles.replace(layout.hbaFile(), accessRules);
        DurableFiles.replace(layout.configFile(), settings(layout, dataDir, local));
    }

    /** Access rules of a new instance: the superuser over the local socket only, everybody else with SCRAM. */
    public static String newAccessRules() {
        return """
                # TYPE  DATABASE     USER         ADDRESS    METHOD
                local   all          "%1$s"                    peer
                local   replication  "%1$s"                    peer
                local   all          all                     scram-sha-256
                host    all          all          all        scram-sha-256
                host    replication  drover_repl  all        scram-sha-256
                """.formatted(Connections.osUser());
    }

    /** The access rules that a copied data directory carries: those of {@link #carry}, else its pg_hba.conf. */
    public static String accessRulesOf(Path dataDir) {
        Path carried = dataDir.resolve(CARRIED_RULES);
        return DurableFiles.read(Files.exists(carried) ? carried : dataDir.resolve("pg_hba.conf"));
    }

    /**
     * On a source, before it is copied: puts the access rules in force into its data directory, and the settings too when its
     * postgresql.conf lies elsewhere, so that a copy carries them. May be repeated.
     *
     * @param connection a superuser's, over the local socket
     */
    public static void carry(Connection connection) {
        Path dataDir = Path.of(Sql.text(connection, "SELECT current_setting('data_directory')"));
        Path rules = Path.of(Sql.text(connection, "SELECT current_setting('hba_file')"));
        DurableFiles.replace(dataDir.resolve(CARRIED_RULES), DurableFiles.read(rules));
        if (Files.exists(dataDir.resolve("postgresql.conf"))) {
            return;
        }
        StringBuilder lines = new StringBuilder("# Settings of the source, written by Drover for its copies\n");
        Sql.list(connection, FILE_SETTINGS, row -> List.of(row.getString(1), row.getString(2))).stream()
                .filter(setting -> !NODE_LOCAL.contains(setting.get(0)))
                .forEach(setting -> lines.append(AutoConf.line(setting.get(0), setting.get(1))));
        DurableFiles.replace(dataDir.resolve(CARRIED_SETTINGS), lines.toString());
    }

    /** Takes back {@link #carry}. Settings that this node's configuration includes stay: the instance runs with them. */
    public static void forget(InstanceLayout layout, Path dataDir) {
        DurableFiles.delete(dataDir.resolve(CARRIED_RULES));
        Path settings = dataDir.resolve(CARRIED_SETTINGS);
        boolean included = Files.exists(layout.configFile())
                && DurableFiles.read(layout.configFile()).contains(settings.toString());
        if (!included) {
            DurableFiles.delete(settings);
        }
    }

    private static String settings(InstanceLayout layout, Path dataDir, Local local) {
        return "# Written by Drover: what belongs to this node. Everything else stays in the file that is included.\n"
                + "include " + AutoConf.quoted(sharedSettings(dataDir).toString()) + "\n"
                + AutoConf.line("listen_addresses", local.listenAddresses())
                + AutoConf.line("port", Integer.toString(local.port()))
                + AutoConf.line("unix_socket_directories", local.socketDir().toString())
                + AutoConf.line("hba_file", layout.hbaFile().toString())
                + AutoConf.line("cluster_name", local.clusterName())
                + local.tls().settings();
    }

    private static Path sharedSettings(Path dataDir) {
        Path own = dataDir.resolve("postgresql.conf");
        if (Files.exists(own)) {
            return own;
        }
        Path carried = dataDir.resolve(CARRIED_SETTINGS);
        if (Files.exists(carried)) {
            return carried;
        }
        throw new DroverException(
                ErrorCode.POSTGRES_FAILED,
                dataDir + " holds no postgresql.conf",
                "the source keeps its settings elsewhere and its agent did not add them to the copy");
    }
}
