/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TlsOptionsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "c2VjcmV0LWtleQ",
                "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LWtleQ\n-----END PRIVATE KEY-----\n",
                "-----BEGIN PRIVATE KEY-----\n%c2VjcmV0LWtleQ%\n-----END PRIVATE KEY-----\n"
            })
    void neverTellsTheKeyThatItCannotRead(String content, @TempDir Path directory) throws IOException {
        Path certificate = Files.copy(Path.of("src/test/resources/access/client.crt"), directory.resolve("alice.crt"));
        Path key = Files.writeString(directory.resolve("alice.key"), content);
        TlsOptions options = new TlsOptions();
        new CommandLine(options).parseArgs("--certificate-file", certificate.toString(), "--key-file", key.toString());

        // a cause would be shown with its message, too
        assertThatThrownBy(options::client)
                .isInstanceOf(DroverException.class)
                .hasNoCause()
                .hasMessageContaining(key.toString())
                .hasMessageNotContaining("c2VjcmV0LWtleQ");
    }
}
