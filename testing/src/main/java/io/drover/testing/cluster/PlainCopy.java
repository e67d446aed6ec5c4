/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.api.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A copy of the shard's instance as anybody makes one: {@code pg_basebackup}, with the options that Drover gives it, over TCP. */
public final class PlainCopy implements AutoCloseable {
    private static final String SLOT = "plain_copy";

    private final LocalCluster cluster;
    private final NodeId primary;
    private final String programs;
    private final Path root;
    private final Path data;
    private final Path passFile;

    /** Makes a slot on the primary and room for the copy. */
    public PlainCopy(LocalCluster cluster, NodeId primary) {
        this.cluster = cluster;
        this.primary = primary;
        this.programs = Command.succeed(List.of("sh", "-c", "ls -d /usr/lib/postgresql/*/bin | tail -1"))
                .strip();
        this.root = cluster.osUser().directory(cluster.directory().resolve("plain_copy"), "rwx------");
        this.data = root.resolve("data");
        this.passFile = cluster.osUser()
                .secretFile(root.resolve("pgpass"), "*:*:*:drover_repl:" + cluster.replicationPassword() + "\n");
        cluster.psql(primary).run("postgres", "select pg_create_physical_replication_slot('" + SLOT + "', true)");
    }

    /**
     * Copies.
     *
     * @param maxRateBytes the most bytes in a second, or null for no limit
     */
    public void copy(@Nullable Long maxRateBytes) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                // PostgreSQL's programs want a working directory that they may enter
                "-C",
                root.toString(),
                "PGPASSFILE=" + passFile,
                programs + "/pg_basebackup",
                "--host=" + cluster.node(primary).host(),
                "--port=" + cluster.shardPort(),
                "--username=drover_repl",
                "--no-password",
                "--pgdata=" + data,
                "--format=plain",
                "--wal-method=stream",
                "--slot=" + SLOT,
                "--checkpoint=fast",
                "--manifest-checksums=CRC32C",
                "--progress"));
        if (maxRateBytes != null) {
            command.add("--max-rate=" + maxRateBytes / 1024);
        }
        Command.succeed(cluster.osUser().command(command));
    }

    /** Proves every file against the manifest. */
    public void verify() {
        Command.succeed(cluster.osUser()
                .command(List.of(
                        "env", "-C", root.toString(), programs + "/pg_verifybackup", "--quiet", data.toString())));
    }

    /** The bytes of its files. */
    public long bytes() {
        try (Stream<Path> files = Files.walk(data)) {
            long sum = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sum += Files.size(file);
            }
            return sum;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot measure " + data, e);
        }
    }

    /** Deletes the copy and drops the slot. */
    @Override
    public void close() {
        cluster.psql(primary).run("postgres", "select pg_drop_replication_slot('" + SLOT + "')");
        try {
            DirectoryTree.delete(root);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + root, e);
        }
    }
}
