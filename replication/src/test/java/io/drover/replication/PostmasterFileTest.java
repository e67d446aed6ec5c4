/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostmasterFileTest {
    private static final List<String> LINES = List.of(
            "4711",
            "/var/lib/postgresql/15/main",
            "1767225600",
            "5432",
            "/var/run/postgresql",
            "*",
            "  5432001     0",
            "ready");

    @TempDir
    private Path directory;

    @Test
    void tellsWhereAServerRunsAndListens() throws IOException {
        Files.write(directory.resolve("postmaster.pid"), LINES);

        assertThat(PostmasterFile.read(directory))
                .isEqualTo(new PostmasterFile(
                        Path.of("/var/lib/postgresql/15/main"), 5432, Path.of("/var/run/postgresql")));
    }

    @Test
    void knowsWhetherLoginsAreLetIn() throws IOException {
        assertThat(PostmasterFile.isReady(directory)).isFalse();
        Path file = directory.resolve("postmaster.pid");
        for (String other : List.of("starting", "stopping", "standby ")) {
            Files.write(file, withStatus(other));
            assertThat(PostmasterFile.isReady(directory)).as(other).isFalse();
        }
        Files.write(file, LINES.subList(0, LINES.size() - 1));
        assertThat(PostmasterFile.isReady(directory)).as("being written").isFalse();
        Files.write(file, withStatus("ready   "));
        assertThat(PostmasterFile.isReady(directory)).isTrue();
    }

    private static List<String> withStatus(String status) {
        return Stream.concat(LINES.stream().limit(LINES.size() - 1), Stream.of(status))
                .toList();
    }

    @Test
    void refusesAServerWithoutASocket() {
        assertThatThrownBy(() -> PostmasterFile.parse(List.of("4711", "/d", "1767225600", "5432", "", "*")))
                .hasMessageContaining("no Unix socket");
    }

    @Test
    void saysWhatToDoWhenNoServerRuns() {
        assertThatThrownBy(() -> PostmasterFile.read(directory))
                .isInstanceOfSatisfying(
                        DroverException.class,
                        e -> assertThat(e.hint())
                                .hasValueSatisfying(hint -> assertThat(hint).contains("start the instance")));
    }
}
