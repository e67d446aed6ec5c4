/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.ShardId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopologyFileTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration MAX_AGE = Duration.ofDays(7);
    private static final String ZOOKEEPER = "zk1:2181/drover";

    @TempDir
    private Path directory;

    private Path path;

    @BeforeEach
    void name() {
        path = directory.resolve("shard_01.json");
    }

    private TopologyFile file(String zookeeper, ShardId shard, Instant now) {
        return new TopologyFile(path, zookeeper, shard, MAX_AGE, Clock.fixed(now, ZoneOffset.UTC));
    }

    private TopologyFile file() {
        return file(ZOOKEEPER, Topologies.SHARD, NOW);
    }

    private void assertRefused(TopologyFile file, String why) {
        assertThatThrownBy(file::read)
                .isInstanceOf(TopologyFile.Refused.class)
                .hasMessageContainingAll(path.toString(), why);
    }

    @Test
    void givesBackWhatWasWrittenLast() throws Exception {
        file().write(Topologies.SERVING);
        file().write(Topologies.MOVED);

        assertThat(file().read()).isEqualTo(Topologies.MOVED);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactly(path);
        }
    }

    @Test
    void whatCannotBeWrittenLeavesTheOldOneAndNothingElse() throws Exception {
        file().write(Topologies.SERVING);
        Path elsewhere = directory.resolve("missing").resolve("shard_01.json");
        TopologyFile broken =
                new TopologyFile(elsewhere, ZOOKEEPER, Topologies.SHARD, MAX_AGE, Clock.fixed(NOW, ZoneOffset.UTC));

        assertThatThrownBy(() -> broken.write(Topologies.MOVED)).isInstanceOf(IOException.class);
        assertThat(file().read()).isEqualTo(Topologies.SERVING);
    }

    @Test
    void missingFileIsRefused() {
        assertRefused(file(), "cannot be read");
    }

    @Test
    void tornFileIsRefused() throws IOException {
        file().write(Topologies.SERVING);
        byte[] whole = Files.readAllBytes(path);
        Files.write(path, Arrays.copyOf(whole, whole.length - 3));

        assertRefused(file(), "not whole");
    }

    @Test
    void anotherFormIsRefused() throws IOException {
        file().write(Topologies.SERVING);
        String text = Files.readString(path).replaceFirst("\"v\":1", "\"v\":2");
        Files.writeString(path, text, StandardCharsets.UTF_8);
        assertRefused(file(), "form is not version 1");

        Files.writeString(path, "{\"v\":1}", StandardCharsets.UTF_8);
        assertRefused(file(), "form is not version 1");
    }

    @Test
    void fileOfAnotherShardIsRefused() throws IOException {
        file().write(Topologies.SERVING);

        assertRefused(file(ZOOKEEPER, new ShardId("shard_02"), NOW), "of shard shard_01");
    }

    @Test
    void fileOfAnotherInstallationIsRefused() throws IOException {
        file().write(Topologies.SERVING);

        assertRefused(file("zk9:2181/drover", Topologies.SHARD, NOW), "installation at " + ZOOKEEPER);
    }

    @Test
    void fencedShardNamesNobodyToGoTo() throws IOException {
        file().write(Topologies.FENCED);

        assertRefused(file(), "no primary that serves");
    }

    @Test
    void oldFileIsRefused() throws Exception {
        file().write(Topologies.SERVING);

        assertThat(file(ZOOKEEPER, Topologies.SHARD, NOW.plus(MAX_AGE)).read()).isEqualTo(Topologies.SERVING);
        assertRefused(file(ZOOKEEPER, Topologies.SHARD, NOW.plus(MAX_AGE).plusSeconds(1)), "longer ago than");
    }

    @Test
    void fileFromTheFutureIsRefused() throws IOException {
        file().write(Topologies.SERVING);

        assertRefused(file(ZOOKEEPER, Topologies.SHARD, NOW.minusSeconds(301)), "yet to come");
    }

    @Test
    void fileThatOthersMayWriteIsRefused() throws IOException {
        file().write(Topologies.SERVING);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));

        assertRefused(file(), "others may write it");
    }
}
