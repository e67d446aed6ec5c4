/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A data directory that cannot be renamed: a mount point, or one whose parent belongs to somebody else. What other instances have beside
 * their data directory, such a one has in it; that lies in the same file system, and while something lies there it is no data directory.
 */
final class FixedPlace {
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT = 4;

    private FixedPlace() {}

    static boolean is(Path directory) {
        Path parent = directory.getParent();
        return parent != null
                && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && (!Files.isWritable(parent) || isMountPoint(directory));
    }

    /** What belongs to a data directory and has its name and a mark. */
    static Path beside(Path dataDir, String mark) {
        String name = dataDir.getFileName() + mark;
        return is(dataDir) ? dataDir.resolve(name) : dataDir.resolveSibling(name);
    }

    private static boolean isMountPoint(Path directory) {
        try {
            return mountPoints(Files.readAllLines(MOUNTS)).contains(directory.toString());
        } catch (IOException e) {
            throw DurableFiles.failed("cannot read " + MOUNTS, e);
        }
    }

    static List<String> mountPoints(List<String> table) {
        return table.stream()
                .map(line -> line.split(" "))
                .filter(fields -> fields.length > MOUNT_POINT)
                .map(fields -> unescaped(fields[MOUNT_POINT]))
                .toList();
    }

    /** The kernel writes white space and backslashes in octal. */
    private static String unescaped(String text) {
        StringBuilder plain = new StringBuilder();
        String[] parts = text.split("\\\\", -1);
        plain.append(parts[0]);
        Arrays.stream(parts)
                .skip(1)
                .forEach(part -> plain.append((char) Integer.parseInt(part.substring(0, 3), 8))
                        .append(part.substring(3)));
        return plain.toString();
    }
}
