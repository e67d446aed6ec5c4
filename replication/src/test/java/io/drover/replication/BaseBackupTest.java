/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.drover.api.DroverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BaseBackupTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"data.staging-1a2b3c4d", "main.staging-1a2b3c4d"})
    void removesAStagingDirectoryWhateverTheDataDirectoryIsCalled(String name) throws IOException {
        Path staging = Files.createDirectories(directory.resolve(name).resolve("base"));

        BaseBackup.discard(staging.getParent());

        assertThat(staging.getParent()).doesNotExist();
        assertThatNoException().isThrownBy(() -> BaseBackup.discard(staging.getParent()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"data", "main", ".staging-1a2b3c4d", "data.staging-", "data.staging-1a2b3c4d.bak", "staging"})
    void removesNothingElse(String name) throws IOException {
        Path other = Files.createDirectories(directory.resolve(name));

        assertThatExceptionOfType(DroverException.class).isThrownBy(() -> BaseBackup.discard(other));
        assertThat(other).exists();
    }
}
