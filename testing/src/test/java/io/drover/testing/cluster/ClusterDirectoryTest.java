/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClusterDirectoryTest {
    private static final String PREFIX = "drover-directory-test";

    @Test
    void removesADirectoryWhoseOwnerIsDeadButNotOneWhoseOwnerLives() throws IOException {
        OsUser user = OsUser.forPostgres();
        ClusterDirectory mine = ClusterDirectory.create(PREFIX, user);
        ClusterDirectory abandoned = ClusterDirectory.create(PREFIX, user);
        try {
            // this process's id, but of another start: the id was used again
            Files.writeString(
                    abandoned.resolve("owner"), ProcessHandle.current().pid() + " 1");
            Files.writeString(
                    user.directory(abandoned.resolve("data"), "rwx------").resolve("file"), "");
            ClusterDirectory.removeAbandoned(PREFIX);
            assertThat(abandoned.path()).doesNotExist();
            assertThat(mine.path()).exists();
        } finally {
            mine.remove();
            abandoned.remove();
        }
        assertThat(mine.path()).doesNotExist();
    }

    @Test
    void endsAProcessThatWorksInTheDirectory() throws IOException {
        ClusterDirectory directory = ClusterDirectory.create(PREFIX, OsUser.forPostgres());
        Process java = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Endless.class.getName(),
                        directory.resolve("some.yml").toString())
                .start();
        try {
            Waiting.until(
                    "it runs",
                    Duration.ofSeconds(20),
                    () -> ProcessTable.belongingTo(directory.path()).contains(java.pid()));
        } finally {
            directory.remove();
        }
        assertThat(ProcessTable.isAlive(java.pid())).isFalse();
        assertThat(directory.path()).doesNotExist();
    }

    /** A program that does not end by itself. */
    static final class Endless {
        private Endless() {}

        public static void main(String[] arguments) {
            Waiting.pause(Duration.ofMinutes(5));
        }
    }
}
