/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Debian's pg_ctlcluster starts the server, as it did before: where no systemd runs, or has not started it. */
record ClusterStart(DebianCluster cluster, Path dataDir) implements ServerStart {
    private static final Path PROGRAM = Path.of("/usr/bin/pg_ctlcluster");
    private static final Duration GRACE = Duration.ofSeconds(5);

    static boolean isThere() {
        return Files.isExecutable(PROGRAM);
    }

    @Override
    public Commands.Result order(Duration limit) {
        Waiting waiting = Waiting.upTo(limit.plus(GRACE));
        Commands.Result result = Commands.attempt(
                List.of(PROGRAM.toString(), "--skip-systemctl-redirect", cluster.version(), cluster.name(), "start"),
                Map.of(),
                waiting.left());
        return Awaited.upIn(dataDir, result, waiting);
    }

    @Override
    public Path logFile() {
        return cluster.logFile();
    }
}
