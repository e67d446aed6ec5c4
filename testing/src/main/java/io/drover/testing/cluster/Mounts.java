/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Small disks in memory, each mounted at a directory: one can be filled without harm to anybody else. */
final class Mounts {
    private static final Path TABLE = Path.of("/proc/mounts");

    private Mounts() {}

    static void makeDisk(Path directory, int megabytes) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + directory, e);
        }
        Command.succeed(
                List.of("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "drover-disk", directory.toString()));
    }

    /** Takes away every disk below the directory; processes that used one have ended. */
    static void removeBelow(Path directory) {
        try {
            for (String line : Files.readAllLines(TABLE)) {
                String mounted = line.split(" ")[1];
                if (mounted.startsWith(directory + "/")
                        && Command.run(List.of("umount", mounted)).exitCode() != 0) {
                    // a process that cannot be ended yet holds it; the disk goes with it
                    Command.run(List.of("umount", "--lazy", mounted));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + TABLE, e);
        }
    }
}
