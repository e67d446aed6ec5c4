/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * A topology that a client's watch has told of.
 *
 * @param shard number of the shard
 * @param transaction of ZooKeeper that wrote it
 * @param writtenMillis when that was, by the wall clock of the ZooKeeper server, in whole milliseconds
 * @param seenMicros when the client was called, by the wall clock
 * @param seenNanos the same by {@link System#nanoTime()}, which all processes of a Linux machine share
 */
record Seen(int shard, long transaction, long writtenMillis, long seenMicros, long seenNanos) {
    /** From the write to the call by the wall clock: too long by less than the millisecond that the server cuts off. */
    double wallMillis() {
        return seenMicros / 1e3 - writtenMillis;
    }

    static void write(Path file, Collection<Seen> all) {
        try {
            Files.write(file, all.stream().map(Seen::line).toList());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    static List<Seen> read(Path file) {
        try {
            return Files.readAllLines(file).stream().map(Seen::parse).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private String line() {
        return shard + "," + transaction + "," + writtenMillis + "," + seenMicros + "," + seenNanos;
    }

    private static Seen parse(String line) {
        String[] parts = line.split(",", -1);
        return new Seen(
                Integer.parseInt(parts[0]),
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]),
                Long.parseLong(parts[4]));
    }
}
