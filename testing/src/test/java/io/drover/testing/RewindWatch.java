/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks again and again which directory a rewind works on, and whether a server could be started under the usual name meanwhile. */
final class RewindWatch implements AutoCloseable {
    private static final long PERIOD_MILLIS = 5;

    private final Path data;
    private final Set<String> commands = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor();
    private volatile boolean startable;

    RewindWatch(Path data) {
        this.data = data;
        looking.scheduleWithFixedDelay(this::look, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The command lines of pg_rewind that were seen. */
    Set<String> commands() {
        return Set.copyOf(commands);
    }

    /** Whether the data directory had its usual name while pg_rewind ran. */
    boolean startable() {
        return startable;
    }

    private void look() {
        boolean before = Files.exists(data);
        List<String> rewinds = ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(command -> command.contains("/pg_rewind ") && command.contains(data.toString()))
                .toList();
        commands.addAll(rewinds);
        // it ends and the name comes back between two looks: only what was there before and after was there meanwhile
        if (!rewinds.isEmpty() && before && Files.exists(data)) {
            startable = true;
        }
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
