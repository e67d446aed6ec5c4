/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.drover.api.DroverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalDirectoriesTest {
    @TempDir
    private Path directory;

    private DataDirectories directories;

    @BeforeEach
    void bind() {
        directories = new LocalDirectories(new PostgresBinaries(directory.resolve("bin")));
    }

    @Test
    void takesTheNameOfAnEmptyDirectory() throws IOException {
        Path data = Files.createDirectories(directory.resolve("data"));

        directories.removeEmpty(data);

        assertThat(data).doesNotExist();
        assertThatNoException().isThrownBy(() -> directories.removeEmpty(data));
    }

    @Test
    void removesNoDirectoryWithSomethingInIt() throws IOException {
        Path data = Files.createDirectories(directory.resolve("data"));
        Path file = Files.writeString(data.resolve("PG_VERSION"), "15");

        assertThatExceptionOfType(DroverException.class).isThrownBy(() -> directories.removeEmpty(data));
        assertThat(file).exists();
    }

    @Test
    void removesNoLinkAndThePreflightNamesIt() throws IOException {
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        Path data = Files.createSymbolicLink(directory.resolve("data"), elsewhere);

        assertThatExceptionOfType(DroverException.class).isThrownBy(() -> directories.removeEmpty(data));
        assertThat(Files.exists(data, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(directories.stateOfPlace(data)).contains("is a link");
        assertThat(directories.stateOfPlace(elsewhere)).isEqualTo("empty");
    }

    @Test
    void deletesTheProofOfWhatADirectoryIsLast() throws IOException {
        Path data = directory.resolve("data");
        Path global = Files.createDirectories(data.resolve("global"));
        Path control = Files.writeString(global.resolve("pg_control"), "");
        Path catalog = Files.writeString(global.resolve("1262"), "");
        Path table =
                Files.writeString(Files.createDirectories(data.resolve("base")).resolve("1"), "");
        Path version = Files.writeString(data.resolve("PG_VERSION"), "");

        assertThat(LocalDirectories.deletionOrder(data))
                .endsWith(control, global, data)
                .containsSubsequence(table, table.getParent(), control)
                .contains(catalog, version);
    }
}
