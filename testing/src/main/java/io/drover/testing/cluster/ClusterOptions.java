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
 * @param shape what it consists of
 * @param tls whether everything between the daemons, their callers and PostgreSQL is verified by a CA of the cluster's own
 * @param securedZooKeeper whether ZooKeeper has TLS and access control; on loopback only
 */
public record ClusterOptions(
        Path projectRoot,
        Path controlDirectory,
        String prefix,
        boolean usualPorts,
        ClusterShape shape,
        boolean tls,
        boolean securedZooKeeper) {
    /** The same with a ZooKeeper that everybody may use. */
    public ClusterOptions(
            Path projectRoot,
            Path controlDirectory,
            String prefix,
            boolean usualPorts,
            ClusterShape shape,
            boolean tls) {
        this(projectRoot, controlDirectory, prefix, usualPorts, shape, tls, false);
    }

    /** The same with TLS and access control in ZooKeeper. */
    public ClusterOptions withSecuredZooKeeper() {
        return new ClusterOptions(projectRoot, controlDirectory, prefix, usualPorts, shape, tls, true);
    }

    /** The place of the demo. */
    public static ClusterOptions demo() {
        return new ClusterOptions(
                findProjectRoot(), Path.of("target/demo"), "drover-demo", true, ClusterShape.LOOPBACK, false);
    }

    /** The place of a test's cluster. */
    public static ClusterOptions test(String name) {
        return new ClusterOptions(
                findProjectRoot(),
                Path.of("testing/target/clusters", name),
                "drover-test",
                false,
                ClusterShape.LOOPBACK,
                false);
    }

    /** The place of a test's cluster with TLS. */
    public static ClusterOptions secured(String name) {
        ClusterOptions test = test(name);
        return new ClusterOptions(
                test.projectRoot, test.controlDirectory, test.prefix, test.usualPorts, test.shape, true);
    }

    /** The place of a cluster that is measured. */
    public static ClusterOptions bench() {
        return bench(ClusterShape.LOOPBACK);
    }

    /** The same of another shape. */
    public static ClusterOptions bench(ClusterShape shape) {
        return new ClusterOptions(findProjectRoot(), Path.of("target/bench"), "drover-bench", false, shape, false);
    }

    /** The place of a cluster that faults are made in; its logs are kept in the control directory. */
    public static ClusterOptions faults(Path controlDirectory, ClusterShape shape) {
        return new ClusterOptions(findProjectRoot(), controlDirectory, "drover-fault", false, shape, false);
    }

    Path absoluteControlDirectory() {
        return projectRoot.resolve(controlDirectory);
    }

    /** The directory with {@code bin/drover} that the working directory lies in. */
    public static Path findProjectRoot() {
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
