/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Node-local settings of an instance, outside its data directory, since a copy or a rewind replaces everything in it (hazards
 * H64, H91). What all copies share stays in the data directory and travels with it.
 */
public final class NodeConfig {
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

    private NodeConfig() {}

    /**
     * What differs from node to node.
     *
     * @param listenAddresses PostgreSQL's {@code listen_addresses}
     * @param clusterName the node's id, which process titles and logs show
     * @param tls the node's certificate; without one {@code ssl} stays as the shared settings have it
     */
    public record Local(Path socketDir, int port, String listenAddresses, String clusterName, ServerTls tls) {}

    /** Writes conf/postgresql.conf, the files of logins beside it and the password file; replaces what is there. */
    public static void write(
            InstanceLayout layout, Path dataDir, Local local, String accessRules, RoleSetup.Passwords passwords) {
        DurableFiles.createDirectory(layout.conf());
        PassFile.write(layout.passFile(), passwords);
        DurableFiles.replace(layout.hbaFile(), accessRules);
        Optional<String> users = CarriedConfig.usersOf(dataDir);
        users.ifPresent(maps -> DurableFiles.replace(layout.identFile(), maps));
        DurableFiles.replace(
                layout.configFile(),
                settings(layout, dataDir, local)
                        + users.map(maps -> AutoConf.line(
                                        "ident_file", layout.identFile().toString()))
                                .orElse(""));
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
        return CarriedConfig.settingsOf(dataDir)
                .orElseThrow(() -> new DroverException(
                        ErrorCode.POSTGRES_FAILED,
                        dataDir + " holds no postgresql.conf",
                        "the source keeps its settings elsewhere and its agent did not add them to the copy"));
    }
}
