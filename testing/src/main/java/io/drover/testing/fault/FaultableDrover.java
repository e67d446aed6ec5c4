/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.daemon.Drover;
import io.drover.testing.cluster.NamespacedDrover;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Production's program with its fault points armed: it stops at the point that the harness has named until the harness lets it
 * go on. In no shipped jar. A role {@code zookeeper} is a server of an ensemble.
 */
public final class FaultableDrover {
    private FaultableDrover() {}

    /**
     * Runs a daemon.
     *
     * @param arguments its id, its role and its configuration
     */
    public static void main(String[] arguments) throws Exception {
        String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
        if (rest[0].equals("zookeeper")) {
            NamespacedDrover.runZooKeeper(rest[1]);
            return;
        }
        FaultPost.open(FaultPost.socketOf(Path.of(System.getProperty("java.io.tmpdir")), arguments[0]));
        Drover.main(rest);
    }
}
