/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs of this machine. */
final class Programs {
    private static final int SHOWN = 6_000;

    private Programs() {}

    /**
     * Runs a program that has to succeed.
     *
     * @param log where its output goes
     * @throws IllegalStateException with the end of its output when it does not
     */
    static void run(Path directory, Duration limit, Path log, List<String> command) throws IOException {
        int status = status(directory, limit, log, command);
        if (status != 0) {
            String output = Files.readString(log, StandardCharsets.UTF_8);
            throw new IllegalStateException("%s ended with %d: %s"
                    .formatted(
                            String.join(" ", command), status, output.substring(Math.max(0, output.length() - SHOWN))));
        }
    }

    /** Runs a program and tells how it ended. */
    static int status(Path directory, Duration limit, Path log, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(log.toFile());
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        String.join(" ", command) + " has not ended within " + limit + ", see " + log);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted beside " + command.get(0), e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
    }
}
