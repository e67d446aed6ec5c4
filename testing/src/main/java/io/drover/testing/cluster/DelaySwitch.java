/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The program that stands in a slow network's middle and holds every frame for a while; it ends with the cluster's directory. */
final class DelaySwitch {
    /** Its file, by which the cluster's directory finds it. */
    static final String PROGRAM = "delay_switch";

    private static final Duration STARTS = Duration.ofMillis(300);

    private DelaySwitch() {}

    /**
     * Starts it.
     *
     * @param ports interfaces, with the hardware address that is reached through each
     * @throws IllegalStateException when it does not run
     */
    static void start(Emulation emulation, Path directory, Map<String, String> ports) {
        Path program = directory.resolve(PROGRAM);
        Path log = directory.resolve(PROGRAM + ".log");
        List<String> command = new ArrayList<>(List.of(
                "setsid", program.toString(), Long.toString(emulation.oneWay().dividedBy(Duration.ofNanos(1_000)))));
        ports.forEach((port, address) -> command.addAll(List.of(port, address)));
        try {
            Files.copy(emulation.delaySwitch(), program, StandardCopyOption.COPY_ATTRIBUTES);
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (process.waitFor(STARTS.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("the switch of the slow network has ended: " + Files.readString(log));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + program, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the slow network was made", e);
        }
    }
}
