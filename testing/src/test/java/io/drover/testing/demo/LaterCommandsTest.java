/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that a later version brings are refused by name until then. */
class LaterCommandsTest {
    private static final Path ROOT = Path.of("..");
    private static final int REFUSED = 3;

    @ParameterizedTest
    @ValueSource(strings = "bin/bench")
    void areRefusedByName(String program) throws Exception {
        Process process = start(program, "--runs", "3");

        assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("NOT_SUPPORTED: ")
                .contains("It will be: " + program, "hint: ");
        assertThat(process.waitFor()).isEqualTo(REFUSED);
    }

    @ParameterizedTest
    @ValueSource(strings = "bin/bench")
    void tellWhatTheyWillBe(String program) throws Exception {
        assertThat(start(program, "--help").waitFor()).isZero();
    }

    @Test
    void areNamedAmongTheLimits() throws IOException {
        assertThat(Files.readString(ROOT.resolve("README.md"))).contains("`bin/bench`");
    }

    private static Process start(String program, String... arguments) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(ROOT.resolve(program).toAbsolutePath().toString());
        builder.command().addAll(List.of(arguments));
        return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }
}
