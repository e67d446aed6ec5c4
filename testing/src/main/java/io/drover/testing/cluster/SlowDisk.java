/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs whose disk is slower than this machine's, and those that they start; each member of the cluster has a disk of its own. */
final class SlowDisk {
    /** The first of three numbers is the disk's speed, the second how long a flush takes; the third belongs to the library. */
    private static final int STATE_BYTES = 3 * Long.BYTES;

    private SlowDisk() {}

    /** Copies the library to where PostgreSQL's user can read it, once for each member, with its disk beside it. */
    static void prepare(Emulation emulation, Path directory, OsUser user, List<String> members) {
        byte[] state = ByteBuffer.allocate(STATE_BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(emulation.bytesPerSecond())
                .putLong(emulation.sync().toNanos())
                .array();
        try {
            for (String member : members) {
                Path library = library(directory, member);
                user.own(Files.copy(emulation.slowDisk(), library), "rwxr-xr-x");
                user.own(Files.write(library.resolveSibling(library.getFileName() + ".disk"), state), "rw-------");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make slow disks in " + directory, e);
        }
    }

    private static Path library(Path directory, String member) {
        return directory.resolve("slow_disk-" + member + ".so");
    }

    /**
     * The command so that it runs on the member's disk. Which one that is the library knows by its own name: agents pass no environment on
     * to PostgreSQL that they do not know.
     */
    static List<String> command(Path directory, String member, List<String> command) {
        List<String> whole = new ArrayList<>(List.of("env", "LD_PRELOAD=" + library(directory, member)));
        whole.addAll(command);
        return whole;
    }
}
