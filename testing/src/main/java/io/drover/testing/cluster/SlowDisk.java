/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Programs whose disk is slower than this machine's, and those that they start; each member of the cluster has a disk of its own. */
final class SlowDisk {
    private static final String LIBRARY = "slow_disk.so";
    private static final int STATE_BYTES = 8;

    private SlowDisk() {}

    /** Copies the library to where PostgreSQL's user can read it, and makes the members' disks. */
    static void prepare(Emulation emulation, Path directory, OsUser user, List<String> members) {
        try {
            user.own(Files.copy(emulation.slowDisk(), directory.resolve(LIBRARY)), "rwxr-xr-x");
            for (String member : members) {
                user.own(Files.write(state(directory, member), new byte[STATE_BYTES]), "rw-------");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make slow disks in " + directory, e);
        }
    }

    private static Path state(Path directory, String member) {
        return directory.resolve("disk-" + member);
    }

    /** The command so that it runs on the member's disk. */
    static List<String> command(Emulation emulation, Path directory, String member, List<String> command) {
        long micros = emulation.sync().dividedBy(Duration.ofNanos(1_000));
        List<String> whole = new ArrayList<>(List.of(
                "env",
                "LD_PRELOAD=" + directory.resolve(LIBRARY),
                "SLOW_DISK_STATE=" + state(directory, member),
                "SLOW_DISK_BYTES_PER_SECOND=" + emulation.bytesPerSecond(),
                "SLOW_DISK_SYNC_MICROS=" + micros));
        whole.addAll(command);
        return whole;
    }
}
