/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a cluster lives.
 *
 * @param projectRoot the directory with {@code bin/drover}; commands are run in it
 * @param controlDirectory configuration, process ids and logs; relative to the root, kept after the end
 * @param prefix begin of the name of the directory under {@code /var/tmp}
 * @param usualPorts take the ports that people expect where they are free; a test leaves them to others
 */
public record ClusterOptions(Path projectRoot, Path controlDirectory, String prefix, boolean usualPorts) {
    /** The place of the demo. */
    public static ClusterOptions demo() {
        return new ClusterOptions(findProjectRoot(), Path.of("target/demo"), "drover-demo", true);
    }

    /** The place of a test's cluster. */
    public static ClusterOptions test(String name) {
        return new ClusterOptions(findProjectRoot(), Path.of("testing/target/clusters", name), "drover-test", false);
    }

    Path absoluteControlDirectory() {
        return projectRoot.resolve(controlDirectory);
    }

    private static Path findProjectRoot() {
        try {
            for (Path path = Path.of("").toRealPath(); path != null; path = path.getParent()) {
                if (Files.isExecutable(path.resolve("bin/drover"))) {
                    return path;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot find the working directory", e);
        }
        throw new IllegalStateException("neither the working directory nor one above it holds bin/drover");
    }
}
