/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in a directory that cannot be renamed goes to one in it, and comes back, also when that breaks off in between. */
class DirectoryMoveTest {
    private static final List<String> CONTENT = List.of("PG_VERSION", "base", "global", "postgresql.auto.conf");

    @TempDir
    private Path directory;

    private Path place;
    private Path inner;

    @BeforeEach
    void make() throws IOException {
        place = Files.createDirectories(directory.resolve("main"));
        inner = place.resolve("main.set-aside-1a2b3c4d");
        Files.writeString(place.resolve("PG_VERSION"), "15\n");
        Files.writeString(place.resolve("postgresql.auto.conf"), "port = 1\n");
        Files.writeString(Files.createDirectories(place.resolve("global")).resolve("pg_control"), "proof");
        Files.createDirectories(place.resolve("base"));
    }

    private static List<String> names(Path of) throws IOException {
        try (Stream<Path> files = Files.list(of)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void movesWhatIsInThePlaceAndBack() throws IOException {
        Files.createDirectories(place.resolve("lost+found"));
        Files.createDirectories(place.resolve("main.set-aside-00000000"));

        DirectoryMove.move(place, inner);

        assertThat(names(place)).containsExactly("lost+found", "main.set-aside-00000000", "main.set-aside-1a2b3c4d");
        assertThat(names(inner)).containsExactlyElementsOf(CONTENT);

        DirectoryMove.move(inner, place);

        assertThat(inner).doesNotExist();
        assertThat(names(place)).containsAll(CONTENT);
        assertThat(place.resolve("global/pg_control")).hasContent("proof");
    }

    @Test
    void beginsAnewWhenItBrokeOffBeforeItsMarkerWasThere() throws IOException {
        Files.createDirectory(place.resolve(".drover-new"));

        DirectoryMove.move(place, inner);

        assertThat(names(inner)).containsExactlyElementsOf(CONTENT);
        assertThat(names(place)).containsExactly("main.set-aside-1a2b3c4d");
    }

    /** Whichever entry was the last that was moved before the power went. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void goesOnWhereItBrokeOffOnItsWayAway(int moved) throws IOException {
        Files.createDirectory(inner);
        Files.createFile(inner.resolve(".drover-moving-away"));
        for (String name : CONTENT.subList(0, moved)) {
            Files.move(place.resolve(name), inner.resolve(name));
        }

        assertThat(DirectoryMove.isMovingAway(inner)).isTrue();
        DirectoryMove.move(place, inner);

        assertThat(names(inner)).containsExactlyElementsOf(CONTENT);
        assertThat(names(place)).containsExactly("main.set-aside-1a2b3c4d");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void goesOnWhereItBrokeOffOnItsWayBack(int moved) throws IOException {
        DirectoryMove.move(place, inner);
        Files.createFile(inner.resolve(".drover-moving-back"));
        // PG_VERSION goes last
        for (String name : CONTENT.subList(1, CONTENT.size()).subList(0, moved)) {
            Files.move(inner.resolve(name), place.resolve(name));
        }

        assertThat(DirectoryMove.isMovingBack(inner)).isTrue();
        DirectoryMove.move(inner, place);

        assertThat(names(place)).containsExactlyElementsOf(CONTENT);
    }

    @Test
    void clearsUpBehindTheLastEntryThatCameBack() throws IOException {
        Files.createDirectory(inner);
        Files.createFile(inner.resolve(".drover-moving-back"));

        StandbySetup.prepare(inner, new StandbySetup.Upstream("h", 1, Path.of("/p"), "a", "s", ServerTls.NONE));
        StandbySetup.install(inner, place);

        assertThat(inner).doesNotExist();
        assertThat(names(place)).containsExactlyElementsOf(CONTENT);
    }

    /** Else a second preparation would put a file of its few lines over the one that has come back already. */
    @Test
    void aStandbyOnItsWayBackIsNotPreparedOnceMore() throws IOException {
        DirectoryMove.move(place, inner);
        Files.createFile(inner.resolve(".drover-moving-back"));
        Files.move(inner.resolve("postgresql.auto.conf"), place.resolve("postgresql.auto.conf"));

        StandbySetup.prepare(inner, new StandbySetup.Upstream("h", 1, Path.of("/p"), "a", "s", ServerTls.NONE));
        DirectoryMove.move(inner, place);

        assertThat(place.resolve("postgresql.auto.conf")).hasContent("port = 1\n");
    }

    @Test
    void neverMixesTwoDataDirectories() throws IOException {
        Files.createDirectory(inner);
        Files.writeString(inner.resolve("PG_VERSION"), "14\n");

        assertThatExceptionOfType(DroverException.class).isThrownBy(() -> DirectoryMove.move(place, inner));
        assertThatExceptionOfType(DroverException.class).isThrownBy(() -> DirectoryMove.move(inner, place));
        assertThat(place.resolve("PG_VERSION")).hasContent("15\n");
        assertThat(inner.resolve("PG_VERSION")).hasContent("14\n");
    }

    @Test
    void readsMountPointsAsTheKernelWritesThem() {
        assertThat(FixedPlace.mountPoints(List.of(
                        "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw",
                        "90 22 0:44 / /srv/pg\\040data\\134x rw - tmpfs tmpfs rw")))
                .containsExactly("/", "/srv/pg data\\x");
    }
}
