/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OldEvidenceTest {
    @Test
    void aRunOnNewMachinesLeavesNothingOfEarlierOnes(@TempDir Path directory) throws IOException {
        fill(directory);

        OldEvidence.clear(directory, false);

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aRunOnKeptMachinesKeepsWhatTheyNeedAndWhatWasReported(@TempDir Path directory) throws IOException {
        fill(directory);

        OldEvidence.clear(directory, true);

        assertThat(directory.resolve("report.jsonl")).exists();
        assertThat(directory.resolve("secrets/wal-of-a-name.txt")).exists();
        assertThat(directory.resolve("17-some-case/17/KIT-1")).exists();
        assertThat(directory.resolve("17-some-case/wal-a")).doesNotExist();
        assertThat(directory.resolve("17-some-case/zookeeper")).doesNotExist();
    }

    private static void fill(Path directory) throws IOException {
        write(directory.resolve("report.jsonl"));
        write(directory.resolve("secrets/wal-of-a-name.txt"));
        write(directory.resolve("17-some-case/17/KIT-1"));
        write(directory.resolve("17-some-case/wal-a/0/000000010000000000000001"));
        write(directory.resolve("17-some-case/zookeeper/a/version-2/log.1"));
    }

    private static void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "x");
    }
}
