/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program of the system to its end. */
final class Program {
    private Program() {}

    /** Both streams of a program that must end well. */
    static String run(List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
        Path output = Files.createTempFile("drover-package", ".out");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(output.toFile());
            builder.environment().keySet().removeIf(key -> key.startsWith("DROVER_"));
            builder.environment().put("LC_ALL", "C");
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = process.waitFor(60, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            String text = Files.readString(output, StandardCharsets.UTF_8);
            assertThat(ended).as("%s ends: %s", command, text).isTrue();
            assertThat(process.exitValue()).as("%s: %s", command, text).isZero();
            return text;
        } finally {
            Files.delete(output);
        }
    }

    static String run(Object... command) throws IOException, InterruptedException {
        return run(Arrays.stream(command).map(Object::toString).toList(), Map.of());
    }

    static boolean exists(String name) {
        return List.of("/usr/bin", "/bin", "/usr/sbin").stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
    }
}
