/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrivateFileTest {
    @TempDir
    private Path directory = Path.of("");

    private Path file(String permissions) throws IOException {
        Path file = Files.writeString(directory.resolve("secret"), "s3cret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "r--------", "rwx--x--x"})
    void takesWhatOnlyItsOwnerReads(String permissions) throws IOException {
        Path file = file(permissions);
        assertThatCode(() -> PrivateFile.require(file)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw--w----", "rw----r--", "rw-----w-"})
    void refusesWhatOthersReadOrWrite(String permissions) throws IOException {
        Path file = file(permissions);
        assertThatThrownBy(() -> PrivateFile.require(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("chmod 0600 " + file)
                .hasMessageNotContaining("s3cret");
    }

    /** What a link names is what is read. */
    @Test
    void looksBehindALink() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), file("rw-r--r--"));
        assertThatThrownBy(() -> PrivateFile.require(link)).isInstanceOf(IllegalArgumentException.class);
    }
}
