/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.replication.RoleSetup.Passwords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files with the passwords of Drover's roles. */
class PasswordFilesTest {
    @TempDir
    private Path directory = Path.of("");

    private Path file(String name, String permissions) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "password of " + name + "\nmore\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }

    @Test
    void eachIsReadByItsFirstLineAndOnlyWhereNobodyElseMay() throws IOException {
        Path drover = file("drover", "rw-------");
        Path replication = file("replication", "r--------");
        Path rewind = file("rewind", "rw-r-----");

        assertThatThrownBy(() -> Passwords.fromFiles(drover, replication, rewind))
                .isInstanceOf(DroverException.class)
                .hasMessageContaining(rewind + " cannot be used")
                .hasMessageContaining("chmod 0600")
                .hasMessageNotContaining("password of rewind");
        assertThatThrownBy(() -> Passwords.fromFiles(drover, replication, directory.resolve("none")))
                .isInstanceOf(DroverException.class)
                .hasMessageContaining("none cannot be used");

        Files.setPosixFilePermissions(rewind, PosixFilePermissions.fromString("rw-------"));
        assertThat(Passwords.fromFiles(drover, replication, rewind))
                .isEqualTo(new Passwords("password of drover", "password of replication", "password of rewind"));
    }
}
