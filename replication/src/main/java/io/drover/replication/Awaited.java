/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What has come of an order to a service manager. Its own patience may be shorter than a recovery (a minute by default, in Debian), and
 * its exit status says nothing of the server: systemd ignores that of pg_ctlcluster.
 */
final class Awaited {
    private static final Duration POLL = Duration.ofMillis(20);

    private Awaited() {}

    /** Waits until the server is up or gone; exit status 0 when it is up. */
    static Commands.Result upIn(Path dataDir, Commands.Result ordered, Waiting waiting) {
        Waiting.until(waiting.left(), POLL, () -> PostmasterFile.isUp(dataDir) || !lives(dataDir));
        if (PostmasterFile.isUp(dataDir) && lives(dataDir)) {
            return new Commands.Result(0, "", "");
        }
        String words = ordered.stderr().isBlank()
                ? "the service manager said nothing (exit status " + ordered.exitCode() + ")"
                : ordered.stderr();
        return new Commands.Result(ordered.exitCode() == 0 ? 1 : ordered.exitCode(), "", words);
    }

    private static boolean lives(Path dataDir) {
        return !ProcessTable.serversIn(dataDir).isEmpty();
    }
}
