/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.nio.file.Path;
import java.time.Duration;

/** systemd starts the server, in the unit in which it was found: its limits, its place in the journal and who stops it stay the same. */
record UnitStart(SystemdUnit unit, Path dataDir, Path logFile) implements ServerStart {
    private static final Duration GRACE = Duration.ofSeconds(5);

    @Override
    public Commands.Result order(Duration limit) {
        Waiting waiting = Waiting.upTo(limit.plus(GRACE));
        return Awaited.upIn(dataDir, unit.start(waiting.left()), waiting);
    }
}
