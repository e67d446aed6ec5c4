/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that a later version brings are refused by name until then. */
class LaterCommandsTest {
    private static final Path ROOT = Path.of("..");
    private static final int WRONG_USE = 2;
    private static final int REFUSED = 3;

    @ParameterizedTest
    @ValueSource(strings = {"bin/bench copy", "bin/bench control"})
    void areRefusedByName(String command) throws Exception {
        Process process = start(command.split(" "));

        assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("NOT_SUPPORTED: ")
                .contains(command.split(" ")[1], "hint: ");
        assertThat(process.waitFor()).isEqualTo(REFUSED);
    }

    @Test
    void tellWhatTheyWillBe() throws Exception {
        assertThat(start("bin/bench", "--help").waitFor()).isZero();
    }

    /** Before anything is installed or built. */
    @ParameterizedTest
    @ValueSource(strings = {"bin/bench", "bin/bench fly", "bin/bench switchover --json f"})
    void wrongUseIsToldAtOnce(String command) throws Exception {
        Process process = start(command.split(" "));

        assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("bin/bench: ")
                .contains("--help");
        assertThat(process.waitFor()).isEqualTo(WRONG_USE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bin/bench copy", "bin/bench control"})
    void areNamedAmongTheLimits(String command) throws IOException {
        assertThat(Files.readString(ROOT.resolve("README.md"))).contains("`" + command + "`");
    }

    private static Process start(String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of(command));
        all.set(0, ROOT.resolve(all.get(0)).toAbsolutePath().toString());
        return new ProcessBuilder(all)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
