/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server would still archive is what it has marked so. */
class ArchiveMarksTest {
    private static final String BEFORE_ARCHIVING = "000000010000000000000001";
    private static final String READY = "000000010000000000000002";

    @Test
    void aSegmentFromBeforeArchivingIsNotMissed(@TempDir Path data) throws IOException {
        Path marks = Files.createDirectories(data.resolve("pg_wal/archive_status"));
        Files.createFile(marks.resolve(READY + ".ready"));
        Archive archive = new Archive(new PostgresBinaries(data.resolve("none")), data);

        assertThat(archive.meantFor(List.of(BEFORE_ARCHIVING, READY))).containsExactly(READY);
    }
}
