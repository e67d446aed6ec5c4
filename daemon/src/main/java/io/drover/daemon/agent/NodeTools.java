/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.replication.Connections;
import io.drover.replication.InstanceLayout;
import io.drover.replication.LocalServer;
import io.drover.replication.NodeConfig;
import io.drover.replication.PostgresBinaries;
import io.drover.replication.Postmaster;
import io.drover.replication.RoleSetup;
import io.drover.replication.RoleSetup.Passwords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node: its identity, its directories, PostgreSQL's programs, and how an instance on it is reached.
 *
 * @param node id of the node
 * @param host where its instances listen
 * @param dataRoot where the instances lie that Drover makes
 * @param socketRoot directory of their Unix sockets, or the instance's own when it is the data root
 */
record NodeTools(
        NodeId node, String host, Path dataRoot, Path socketRoot, PostgresBinaries binaries, Passwords passwords) {
    private static final Logger LOG = LoggerFactory.getLogger(NodeTools.class);
    private static final String DATA = "data";

    /** Reads what the configuration names. */
    static NodeTools of(AgentConfiguration configuration) {
        if (!configuration.getSuperuser().equals(Connections.osUser())) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE,
                    "the agent runs as " + Connections.osUser() + ", but the configured superuser is "
                            + configuration.getSuperuser(),
                    "run the agent as the operating system user of the same name: it logs in by peer authentication");
        }
        Path dataRoot = configuration.getDataRoot().toAbsolutePath();
        Path socketDir = configuration.getSocketDir();
        return new NodeTools(
                new NodeId(configuration.getNode()),
                configuration.getHost(),
                dataRoot,
                socketDir == null ? dataRoot : socketDir.toAbsolutePath(),
                new PostgresBinaries(configuration.getBinDir()),
                Passwords.fromFiles(
                        configuration.getPasswordFiles().getDrover(),
                        configuration.getPasswordFiles().getDroverRepl(),
                        configuration.getPasswordFiles().getDroverRewind()));
    }

    /** Where Drover would put an instance that holds the shard. */
    InstanceLayout plannedLayout(ShardId shard) {
        return new InstanceLayout(dataRoot.resolve(shard.value()));
    }

    Path plannedSocketDir(ShardId shard) {
        return socketRoot.equals(dataRoot) ? dataRoot.resolve(shard.value()).resolve("socket") : socketRoot;
    }

    /**
     * Node-local settings and logs of an instance. Those of an adopted instance lie where Drover would have put it; its data
     * directory stays where it is.
     */
    InstanceLayout layout(InstanceRecord record) {
        boolean ours = record.dataDir().endsWith(DATA) && record.directory().startsWith(dataRoot);
        return ours
                ? new InstanceLayout(record.directory())
                : plannedLayout(record.shards().get(0));
    }

    NodeConfig.Local local(InstanceRecord record) {
        return new NodeConfig.Local(record.socketDir(), record.port(), host, node.value());
    }

    Postmaster postmaster(InstanceRecord record) {
        return new Postmaster(binaries, record.dataDir());
    }

    LocalServer server(InstanceRecord record) {
        return new LocalServer(record.socketDir(), record.port());
    }

    /** How the server is started, program name first. */
    List<String> argv(InstanceRecord record) {
        List<String> adopted = record.startArguments();
        return adopted != null
                ? adopted
                : List.of(
                        binaries.tool("postgres"),
                        "-D",
                        record.dataDir().toString(),
                        "-c",
                        "config_file=" + layout(record).configFile());
    }

    /** Starts the server the way it is started here; returns when it takes connections. */
    void start(InstanceRecord record, Duration limit) {
        InstanceLayout layout = layout(record);
        makeDirectory(record.socketDir());
        // an instance that was adopted and has never moved has nothing there yet
        makeDirectory(layout.instanceDir());
        List<String> adopted = record.startArguments();
        if (adopted != null) {
            postmaster(record).startAs(adopted, layout.logFile(), limit);
        } else {
            postmaster(record).start(layout.configFile(), layout.logFile(), limit);
        }
    }

    /** Makes it with what is above it, when it is missing. */
    static void makeDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED, "cannot make the directory " + directory + ": " + e, null, e);
        }
    }

    /** A replication connection to the running server, as the role that copies and streams. */
    Connection replication(InstanceRecord record) {
        return Connections.replication(host, record.port(), RoleSetup.REPLICATION, passwords.replication());
    }

    /** Asks the running server something over a connection of its own. */
    <R> R ask(InstanceRecord record, Function<Connection, R> question) {
        Connection connection = server(record).connect();
        try {
            return question.apply(connection);
        } finally {
            close(connection);
        }
    }

    /** Does something over a connection of its own whose statements may take long. */
    void tell(InstanceRecord record, Duration limit, Consumer<Connection> action) {
        Connection connection = server(record).connect(LocalServer.MAINTENANCE_DATABASE, limit);
        try {
            action.accept(connection);
        } finally {
            close(connection);
        }
    }

    /** Closes a connection; one that is broken is closed already. */
    static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("a connection was broken when it was closed", e);
        }
    }
}
