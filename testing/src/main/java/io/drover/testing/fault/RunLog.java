/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** What the harness did in a run, and when. */
final class RunLog {
    private final Path file;

    RunLog(Path file) {
        this.file = file;
    }

    /** Adds a line. */
    synchronized void say(String line) {
        String at = LocalTime.ofInstant(java.time.Instant.ofEpochMilli(System.currentTimeMillis()), ZoneOffset.UTC)
                .truncatedTo(ChronoUnit.MILLIS)
                .toString();
        try {
            Files.writeString(file, at + " " + line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
