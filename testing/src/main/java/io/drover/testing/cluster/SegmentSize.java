/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.api.NodeId;
import io.drover.replication.InstanceInitializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
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
        Command.succeed(user.command(initdb(StandbyInstance.programs() + "/initdb", data, user.name(), mebibytes)));
        try {
            Files.writeString(data.resolve("postgresql.conf"), settings(mebibytes), StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the settings of " + data, e);
        }
    }

    /** As an agent makes one, but for the segments; it need not outlast the machine. */
    static List<String> initdb(String program, Path data, String superuser, int mebibytes) {
        List<String> command = new ArrayList<>(InstanceInitializer.initdb(program, data, superuser));
        command.add("--wal-segsize=" + mebibytes);
        command.add("--no-sync");
        return command;
    }

    /** The last value of a setting holds. */
    static String settings(int mebibytes) {
        return InstanceInitializer.SETTINGS
                + String.format(
                        Locale.ROOT,
                        "min_wal_size = %dMB%nmax_wal_size = %dMB%n",
                        LEAST_SEGMENTS * mebibytes,
                        MOST_SEGMENTS * mebibytes);
    }
}
