/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
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

    /** A data directory of this user, and where others may lie. */
    private Path dataDirectory(String name) throws IOException {
        Path data = Files.createDirectories(directory.toRealPath().resolve(name));
        Files.writeString(data.resolve("PG_VERSION"), "15\n");
        return data;
    }

    private DataDirectories below(Path root) {
        return new LocalDirectories(
                new PostgresBinaries(directory.resolve("bin")), new AdoptionRules(List.of(root), true));
    }

    private static void assertRefused(DataDirectories directories, Path named, String why) {
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> directories.named(new NodePath(named.toString())))
                .withMessageContaining(why)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_VALUE));
    }

    @Test
    void takesADataDirectoryBelowARoot() throws IOException {
        Path data = dataDirectory("roots/15/main");

        assertThat(below(directory.resolve("roots")).named(new NodePath(data.toString())))
                .isEqualTo(data);
        assertThat(directories.named(new NodePath(data.toString())))
                .as("no roots")
                .isEqualTo(data);
    }

    @Test
    void refusesADataDirectoryOutsideTheRoots() throws IOException {
        Path data = dataDirectory("elsewhere/main");
        Path root = Files.createDirectories(directory.resolve("roots"));

        assertRefused(below(root), data, "does not lie below [");
        assertRefused(below(directory.resolve("none-such")), data, "where this agent adopts");
        assertRefused(below(directory.toRealPath().resolve("else")), data, "where this agent adopts");
    }

    @Test
    void refusesADataDirectoryThroughASymbolicLink() throws IOException {
        Path data = dataDirectory("elsewhere/main");
        Path root = Files.createDirectories(directory.toRealPath().resolve("roots"));
        Path link = Files.createSymbolicLink(root.resolve("main"), data);
        Path above = Files.createSymbolicLink(root.resolve("above"), data.getParent());

        assertRefused(below(root), link, "symbolic link to " + data);
        assertRefused(below(root), above.resolve("main"), "symbolic link to " + data);
        assertRefused(directories, link, "symbolic link to " + data);
    }

    @Test
    void refusesWhatIsNoDataDirectory() throws IOException {
        Path real = directory.toRealPath();
        Path empty = Files.createDirectories(real.resolve("empty"));
        Path linked = Files.createDirectories(real.resolve("linked"));
        Files.createSymbolicLink(linked.resolve("PG_VERSION"), Files.writeString(real.resolve("version"), "15\n"));

        assertRefused(directories, real.resolve("absent"), "no data directory");
        assertRefused(directories, empty, "it holds no PG_VERSION");
        assertRefused(directories, linked, "it holds no PG_VERSION");
    }

    @Test
    void refusesADataDirectoryOfAnotherUser() throws IOException {
        Path data = dataDirectory("main");
        // only root can give a directory away
        assumeTrue(System.getProperty("user.name").equals("root"));
        Files.setAttribute(data, "unix:uid", 65_534);

        assertRefused(directories, data, "belongs to another user");
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
    void refusesARootItselfAndWhatItsUserCannotRead() throws IOException {
        Path data = dataDirectory("roots/main");

        assertRefused(below(data), data, "does not lie below [");
        Path closed = Files.createDirectory(data.resolve("lost+found"));
        Files.setPosixFilePermissions(closed, Set.of());
        // root reads everything
        assumeFalse(System.getProperty("user.name").equals("root"));
        assertRefused(below(data.getParent()), data, "cannot read [" + closed + "]");
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
