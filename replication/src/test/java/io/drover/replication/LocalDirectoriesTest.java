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
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalDirectoriesTest {
    @TempDir
    private Path directory;

    private DataDirectories directories;

    @BeforeEach
    void bind() {
        directories = new LocalDirectories(new PostgresBinaries(directory.resolve("bin")), AdoptionRules.ANYWHERE);
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

    @Test
    void adoptsNothingThroughALinkOrADetour() throws IOException {
        Path data = Files.createDirectories(directory.toRealPath().resolve("data"));
        Files.writeString(data.resolve("PG_VERSION"), "15");
        Path link = Files.createSymbolicLink(data.resolveSibling("link"), data);
        Path above = Files.createSymbolicLink(data.resolveSibling("above"), data.getParent());

        assertThat(directories.named(data.toString())).isEqualTo(data);
        assertThat(directories.named(data + "/")).isEqualTo(data);
        for (String text : List.of(link.toString(), above + "/data", data + "/../data")) {
            assertThatExceptionOfType(DroverException.class)
                    .as(text)
                    .isThrownBy(() -> directories.named(text))
                    .withMessageContaining("leads to " + data)
                    .withMessageContaining("nothing was done");
        }
        assertThatExceptionOfType(DroverException.class).isThrownBy(() -> directories.named("no\0path"));
    }

    @Test
    void adoptsNothingOutsideTheRootsThatAreAllowed() throws IOException {
        Path root = Files.createDirectories(directory.toRealPath().resolve("root"));
        DataDirectories allowed = new LocalDirectories(
                new PostgresBinaries(directory.resolve("bin")), new AdoptionRules(List.of(root), true));
        for (Path data : List.of(root, root.resolve("15/main"), root.resolveSibling("rootless/main"))) {
            Files.createDirectories(data);
            Files.writeString(data.resolve("PG_VERSION"), "15");
        }

        assertThat(allowed.named(root + "/15/main")).isEqualTo(root.resolve("15/main"));
        for (String text :
                List.of(root.toString(), root.resolveSibling("rootless/main").toString())) {
            assertThatExceptionOfType(DroverException.class)
                    .as(text)
                    .isThrownBy(() -> allowed.named(text))
                    .withMessageContaining("does not lie below [" + root + "]");
        }
    }

    @Test
    void findsCopiesBesideADataDirectoryAndInOneThatCannotBeRenamed() throws IOException {
        Path data = Files.createDirectories(directory.resolve("main"));
        Path beside = Files.createDirectories(directory.resolve("main.set-aside-1a2b3c4d"));
        Path inside = Files.createDirectories(data.resolve("main.set-aside-5e6f7a8b"));
        Files.createDirectories(data.resolve("other.set-aside-5e6f7a8b"));

        assertThat(directories.marked(data, ".set-aside-")).containsExactly(beside, inside);
        assertThat(directories.leftovers(List.of(data))).containsExactly(beside.toString(), inside.toString());
        assertThat(directories.state(data)).contains("copies of earlier moves");
    }
}
