/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.drover.api.DroverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyVerbsTest {
    @TempDir
    private Path directory;

    @Test
    void takesTheNameOfAnEmptyDirectory() throws IOException {
        Path data = Files.createDirectories(directory.resolve("data"));

        CopyVerbs.removeEmpty(data);

        assertThat(data).doesNotExist();
        assertThatNoException().isThrownBy(() -> CopyVerbs.removeEmpty(data));
    }

    @Test
    void removesNoDirectoryWithSomethingInIt() throws IOException {
        Path data = Files.createDirectories(directory.resolve("data"));
        Path file = Files.writeString(data.resolve("PG_VERSION"), "15");

        assertThatExceptionOfType(DroverException.class).isThrownBy(() -> CopyVerbs.removeEmpty(data));
        assertThat(file).exists();
    }

    @Test
    void removesNoLinkAndThePreflightNamesIt() throws IOException {
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        Path data = Files.createSymbolicLink(directory.resolve("data"), elsewhere);

        assertThatExceptionOfType(DroverException.class).isThrownBy(() -> CopyVerbs.removeEmpty(data));
        assertThat(Files.exists(data, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(NodeFacts.stateOfPlace(data)).contains("is a link");
        assertThat(NodeFacts.stateOfPlace(elsewhere)).isEqualTo("empty");
    }
}
