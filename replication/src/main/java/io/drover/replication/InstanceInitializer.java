/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a new instance that can be moved: with data checksums and the settings and roles that a move needs. */
public final class InstanceInitializer {
    private static final Logger LOG = LoggerFactory.getLogger(InstanceInitializer.class);

    /** What a move needs of an instance, to be put behind what initdb writes; a copy carries it in its data directory. */
    public static final String SETTINGS = """

            # Added by Drover
            wal_level = replica
            max_wal_senders = 10
            max_replication_slots = 10
            hot_standby = on
            wal_log_hints = on
            full_page_writes = on
            wal_keep_size = 256MB
            max_wal_size = 1GB
            max_connections = 100
            superuser_reserved_connections = 5
            shared_buffers = 128MB
            password_encryption = 'scram-sha-256'
            log_line_prefix = '%m [%p] %q%u@%d/%a '
            """;

    private final PostgresBinaries binaries;

    /** With the programs of one version. */
    public InstanceInitializer(PostgresBinaries binaries) {
        this.binaries = binaries;
    }

    /**
     * What to make.
     *
     * @param database the shard's database
     */
    public record Spec(InstanceLayout layout, NodeConfig.Local local, String database, RoleSetup.Passwords passwords) {}

    /**
     * Makes the instance with its roles and its database and leaves it running. May be repeated: goes on where it was.
     *
     * @param limit for each of initdb and the start
     */
    public ControlData initialize(Spec spec, Duration limit) {
        InstanceLayout layout = spec.layout();
        DurableFiles.createDirectory(layout.instanceDir());
        if (!Files.exists(layout.data())) {
            makeDataDirectory(layout, limit);
        }
        NodeConfig.write(layout, layout.data(), spec.local(), NodeConfig.newAccessRules(), spec.passwords());
        new Postmaster(binaries, layout.data()).start(layout.configFile(), layout.logFile(), limit);
        LocalServer server =
                new LocalServer(spec.local().socketDir(), spec.local().port());
        try (Connection connection = server.connect()) {
            RoleSetup.ensure(connection, spec.passwords());
            if (Sql.first(connection, "SELECT 1 FROM pg_database WHERE datname = ?", row -> 1, spec.database())
                    .isEmpty()) {
                Sql.execute(connection, "CREATE DATABASE " + Quoting.identifier(spec.database()));
            }
        } catch (SQLException e) {
            throw Sql.failed("closing a connection", e);
        }
        return ControlData.read(binaries, layout.data());
    }

    /**
     * The command that makes a data directory.
     *
     * @param superuser the OS user that PostgreSQL will run as
     */
    public static List<String> initdb(String program, Path data, String superuser) {
        return List.of(
                program,
                "--pgdata=" + data,
                "--username=" + superuser,
                "--auth-local=peer",
                "--auth-host=scram-sha-256",
                "--data-checksums",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-instructions");
    }

    private void makeDataDirectory(InstanceLayout layout, Duration limit) {
        Path unfinished = layout.instanceDir().resolve("data.initializing");
        DurableFiles.deleteTree(unfinished);
        Commands.run(initdb(binaries.tool("initdb"), unfinished, Connections.osUser()), limit);
        Path settings = unfinished.resolve("postgresql.conf");
        DurableFiles.replace(settings, DurableFiles.read(settings) + SETTINGS);
        DurableFiles.rename(unfinished, layout.data());
        LOG.info("made a data directory at {}", layout.data());
    }
}
