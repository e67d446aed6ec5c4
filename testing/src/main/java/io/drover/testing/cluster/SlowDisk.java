/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Programs whose flushes take as long as those of a slower disk, and those of the programs that they start. */
final class SlowDisk {
    private SlowDisk() {}

    /** The library finds its time in its own name: agents pass no environment on that they do not know. */
    private static Path library(Emulation emulation, Path directory) {
        return directory.resolve("slow_sync." + emulation.sync().dividedBy(Duration.ofNanos(1_000)) + ".so");
    }

    /** Copies the library to where PostgreSQL's user can read it. */
    static void prepare(Emulation emulation, Path directory, OsUser user) {
        try {
            user.own(Files.copy(emulation.slowSync(), library(emulation, directory)), "rwxr-xr-x");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy " + emulation.slowSync(), e);
        }
    }

    /** The command so that it runs with it. */
    static List<String> command(Emulation emulation, Path directory, List<String> command) {
        List<String> whole = new ArrayList<>(List.of("env", "LD_PRELOAD=" + library(emulation, directory)));
        whole.addAll(command);
        return whole;
    }
}
