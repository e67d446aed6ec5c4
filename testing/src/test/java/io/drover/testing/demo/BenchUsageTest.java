/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs tell how they are used, and {@code bin/bench} refuses wrong use, before anything is installed or built. */
class BenchUsageTest {
    private static final Path ROOT = Path.of("..");
    private static final int WRONG_USE = 2;

    @ParameterizedTest
    @ValueSource(strings = {"bin/bench", "bin/demo", "bin/fault-test"})
    void tellsHowItIsUsed(String program) throws Exception {
        assertThat(exitOf(start(program, "--help"))).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bin/bench", "bin/bench fly", "bin/bench switchover --json f", "bin/bench copy --rows 5"})
    void wrongUseIsToldAtOnce(String command) throws Exception {
        Process process = start(command.split(" "));

        assertThat(exitOf(process)).isEqualTo(WRONG_USE);
        assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("bin/bench: ")
                .contains("--help");
    }

    /** What it takes up after all is not left running. */
    private static int exitOf(Process process) throws InterruptedException {
        boolean ended = process.waitFor(1, TimeUnit.MINUTES);
        if (!ended) {
            process.destroy();
        }
        assertThat(ended).isTrue();
        return process.exitValue();
    }

    private static Process start(String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of(command));
        all.set(0, ROOT.resolve(all.get(0)).toAbsolutePath().toString());
        return new ProcessBuilder(all)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
