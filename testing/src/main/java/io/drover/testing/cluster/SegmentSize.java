/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.api.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/** Makes the data directory of {@link LocalCluster#SHARD} ahead, with WAL segments of another size; who makes the shard goes on with it. */
public final class SegmentSize {
    /** Two segments are the least that PostgreSQL accepts; initdb itself asks for as many as fill a small disk. */
    private static final int LEAST_SEGMENTS = 2;

    private static final int MOST_SEGMENTS = 6;

    private SegmentSize() {}

    /** Prepares the shard on the node that it begins on. Nothing runs there yet. */
    public static void prepare(LocalCluster cluster, int mebibytes) {
        NodeId node = LocalCluster.NODE_A;
        OsUser user = cluster.osUser();
        Path instance = cluster.node(node).dataRoot().resolve(LocalCluster.SHARD.value());
        Path data = instance.resolve("data");
        user.directory(instance, "rwx------");
        Command.succeed(user.command(List.of(
                StandbyInstance.programs() + "/initdb",
                "--pgdata=" + data,
                "--username=" + user.name(),
                "--auth-local=peer",
                "--auth-host=scram-sha-256",
                "--data-checksums",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--wal-segsize=" + mebibytes,
                "--no-sync")));
        try {
            Files.writeString(
                    data.resolve("postgresql.conf"),
                    String.format(Locale.ROOT, """

                    wal_level = replica
                    max_wal_senders = 10
                    max_replication_slots = 10
                    hot_standby = on
                    wal_log_hints = on
                    full_page_writes = on
                    wal_keep_size = 256MB
                    min_wal_size = %dMB
                    max_wal_size = %dMB
                    max_connections = 100
                    superuser_reserved_connections = 5
                    password_encryption = 'scram-sha-256'
                    log_line_prefix = '%%m [%%p] %%q%%u@%%d/%%a '
                    """, LEAST_SEGMENTS * mebibytes, MOST_SEGMENTS * mebibytes),
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the settings of " + data, e);
        }
    }
}
