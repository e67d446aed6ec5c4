/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.testing.cluster.DirectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What earlier runs have left in the directory of the evidence. Nobody else clears it away, and it would fill the disk. */
final class OldEvidence {
    /** Begins the names of directories with an old primary's WAL. */
    static final String WAL = "wal-";

    static final String ZOOKEEPER = "zookeeper";

    private OldEvidence() {}

    /**
     * Clears it away before a run.
     *
     * @param keep whether the run goes on with machines of before: then what was reported of them and their logs stay, and the large copies go
     */
    static void clear(Path directory, boolean keep) throws IOException {
        if (!keep) {
            for (Path old : children(directory, any -> true)) {
                delete(old);
            }
            return;
        }
        for (Path one : children(directory, Files::isDirectory)) {
            for (Path copy : children(one, OldEvidence::isCopy)) {
                DirectoryTree.delete(copy);
            }
        }
    }

    private static boolean isCopy(Path file) {
        String name = file.getFileName().toString();
        return Files.isDirectory(file) && (name.startsWith(WAL) || name.equals(ZOOKEEPER));
    }

    private static void delete(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            DirectoryTree.delete(file);
        } else {
            Files.deleteIfExists(file);
        }
    }

    private static List<Path> children(Path directory, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(wanted).toList();
        }
    }
}
