/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.api.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A standby of the shard's instance that somebody else made on a node, with a slot and a password in its connection string. */
public final class StandbyInstance {
    private static final Duration STREAM_LIMIT = Duration.ofMinutes(1);

    private final LocalCluster cluster;
    private final NodeId node;
    private final Map<String, String> settings;
    private final String host;
    private final String name;
    private final Path root;
    private final Path data;
    private final Path socket;

    private StandbyInstance(LocalCluster cluster, NodeId node, Map<String, String> settings) {
        this.cluster = cluster;
        this.node = node;
        this.settings = Map.copyOf(settings);
        this.root = cluster.directory().resolve("standby_of_" + node);
        this.host = cluster.node(node).host();
        this.name = node.value();
        this.data = root.resolve("data");
        this.socket = root.resolve("run");
    }

    /** Copies the shard's instance from its primary, and lets the copy follow it under the node's name. */
    public static StandbyInstance start(LocalCluster cluster, NodeId primary, NodeId node) {
        return start(cluster, primary, node, Map.of());
    }

    /**
     * The same.
     *
     * @param settings more of its configuration, such as those of the primary that a standby may not fall short of
     */
    public static StandbyInstance start(
            LocalCluster cluster, NodeId primary, NodeId node, Map<String, String> settings) {
        StandbyInstance standby = new StandbyInstance(cluster, node, settings);
        try {
            standby.make(primary);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + standby.data, e);
        }
        return standby;
    }

    private void make(NodeId primary) throws IOException {
        OsUser user = cluster.osUser();
        String programs = programs();
        String port = Integer.toString(cluster.shardPort());
        cluster.psql(primary).run("postgres", "select pg_create_physical_replication_slot('" + slot() + "', true)");
        for (Path directory : List.of(root, data, socket)) {
            user.directory(directory, "rwx------");
        }
        Command.succeed(user.command(List.of(
                programs + "/pg_basebackup",
                "-h",
                cluster.socketDirectory(primary),
                "-p",
                port,
                "-U",
                user.name(),
                "-D",
                data.toString(),
                "-c",
                "fast",
                "-S",
                slot(),
                "--no-manifest")));
        Files.deleteIfExists(data.resolve("postgresql.auto.conf"));
        write("standby.signal", "");
        write("pg_hba.conf", """
                local all,replication all peer
                host all all all scram-sha-256
                host replication drover_repl all scram-sha-256
                """);
        write("postgresql.conf", """
                listen_addresses = '%s'
                port = %s
                unix_socket_directories = '%s'
                hba_file = '%s/pg_hba.conf'
                primary_conninfo = 'host=%s port=%s user=drover_repl password=%s application_name=%s'
                primary_slot_name = '%s'
                """.formatted(
                        host,
                        port,
                        socket,
                        data,
                        cluster.node(primary).host(),
                        port,
                        cluster.replicationPassword(),
                        name,
                        slot()));
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            write("postgresql.conf", setting.getKey() + " = '" + setting.getValue() + "'\n");
        }
        Command.succeed(cluster.onNode(
                node,
                List.of(programs + "/pg_ctl", "-D", data.toString(), "-l", root + "/postgresql.log", "-w", "start")));
        // it takes connections before it streams, and one that does not stream yet is not adopted
        Waiting.until(
                "the standby on " + name + " streams",
                STREAM_LIMIT,
                () -> psql().run("postgres", "select status from pg_stat_wal_receiver")
                        .equals("streaming"));
    }

    public static String programs() {
        return Command.succeed(List.of("sh", "-c", "ls -d /usr/lib/postgresql/*/bin | tail -1"))
                .strip();
    }

    private void write(String fileName, String content) throws IOException {
        Path file = data.resolve(fileName);
        Files.writeString(file, content, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        cluster.osUser().own(file, "rw-------");
    }

    /** Stops it, whatever it has become, deletes it, and drops the slot that it had on the primary. */
    public void remove(NodeId primary) {
        if (Postmasters.of(data).isPresent()) {
            Command.succeed(cluster.osUser()
                    .command(List.of(programs() + "/pg_ctl", "-D", data.toString(), "-m", "immediate", "-w", "stop")));
        }
        try {
            DirectoryTree.delete(root);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + root, e);
        }
        // the primary notices a moment later that nobody reads the slot any more
        String drop = "select pg_drop_replication_slot('" + slot() + "')";
        Waiting.until(
                "the slot " + slot() + " is dropped",
                STREAM_LIMIT,
                () -> cluster.psql(primary).succeeds("postgres", drop));
    }

    /** The slot on the primary that it streams from at first. */
    public String slot() {
        return "mine_" + name;
    }

    /** Its data directory. */
    public Path dataDirectory() {
        return data;
    }

    /** Runs SQL as superuser over its socket. */
    public Psql psql() {
        return new Psql(cluster.osUser(), socket.toString(), cluster.shardPort());
    }

    /** Lets every one of its processes stand still, or go on. */
    public void freeze(boolean still) {
        Postmasters.of(data).ifPresent(postmaster -> {
            ProcessTable.signal(postmaster, still ? "STOP" : "CONT");
            ProcessTable.childrenOf(postmaster).forEach(pid -> ProcessTable.signal(pid, still ? "STOP" : "CONT"));
        });
    }
}
