/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Lsn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is stopped at once leaves segments that it had made ahead, full of zeros. */
class WrittenWalTest {
    private static final int SIZE = 1 << 20;
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @Test
    void nothingLiesPastAForkWhoseNextSegmentWasNeverWritten(@TempDir Path data) throws IOException {
        segment(data, "000000080000000000000010", true);
        segment(data, "000000080000000000000011", false);
        // there is no pg_waldump that could be asked
        WalAudit audit = new WalAudit(new PostgresBinaries(data.resolve("none")), data);

        assertThat(audit.audit(8, Lsn.parse("0/1100000"), LIMIT).records()).isZero();
        assertThat(audit.tail(8, Lsn.parse("0/1100000"), LIMIT).recordsPast()).isZero();
    }

    /** A checkpoint has named an old segment for later, and the one before it was not made yet. */
    @Test
    void aSegmentThatHasAnotherNameThanItWasWrittenWithIsNone(@TempDir Path data) throws IOException {
        segment(data, "000000080000000000000010", true);
        segment(data, "000000080000000000000012", true, 0x0A00000);
        WalAudit audit = new WalAudit(new PostgresBinaries(data.resolve("none")), data);

        assertThat(audit.audit(8, Lsn.parse("0/1100000"), LIMIT).records()).isZero();
        assertThat(audit.tail(8, Lsn.parse("0/1100000"), LIMIT).recordsPast()).isZero();
    }

    @Test
    void hidesOnlySegmentsThatWereNeverWritten(@TempDir Path data) throws IOException {
        segment(data, "000000080000000000000010", true);
        segment(data, "000000080000000000000011", false);
        Path shown;
        try (WrittenWal wal = WrittenWal.of(data.resolve("pg_wal"))) {
            shown = wal.directory();
            assertThat(shown).isDirectoryContaining(file -> file.endsWith("000000080000000000000010"));
            assertThat(shown.resolve("000000080000000000000010")).hasSize(SIZE);
            assertThat(shown.resolve("000000080000000000000011")).doesNotExist();
        }
        assertThat(shown).doesNotExist();
        assertThat(data.resolve("pg_wal/000000080000000000000010")).exists();
    }

    @Test
    void readsTheDirectoryItselfWhereEverySegmentWasWritten(@TempDir Path data) throws IOException {
        segment(data, "000000080000000000000010", true);
        try (WrittenWal wal = WrittenWal.of(data.resolve("pg_wal"))) {
            assertThat(wal.directory()).isEqualTo(data.resolve("pg_wal"));
        }
        assertThat(data.resolve("pg_wal/000000080000000000000010")).exists();
    }

    @Test
    void removesOnlyWhatWasMadeAheadOfTheForkAndNeverWritten(@TempDir Path data) throws IOException {
        // what is damaged before the fork is left for a person
        segment(data, "00000008000000000000000F", false);
        segment(data, "000000080000000000000010", true);
        segment(data, "000000080000000000000011", false);
        segment(data, "000000080000000000000012", true, 0x0A00000);
        segment(data, "000000080000000000000014", true);
        Path wal = data.resolve("pg_wal");
        Files.writeString(wal.resolve("000000080000000000000013"), "of another size");
        Files.writeString(wal.resolve("00000008.history"), "");
        Files.createDirectory(wal.resolve("archive_status"));

        WrittenWal.removeAhead(wal, Lsn.parse("0/1100000"), SIZE);

        try (Stream<Path> left = Files.list(wal)) {
            assertThat(left.map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrder(
                            "00000008000000000000000F",
                            "000000080000000000000010",
                            "000000080000000000000014",
                            "000000080000000000000013",
                            "00000008.history",
                            "archive_status");
        }
    }

    private static void segment(Path data, String name, boolean written) throws IOException {
        segment(data, name, written, Long.parseLong(name.substring(16), 16) * SIZE);
    }

    private static void segment(Path data, String name, boolean written, long address) throws IOException {
        byte[] content = new byte[SIZE];
        if (written) {
            ByteBuffer.wrap(content)
                    .order(ByteOrder.nativeOrder())
                    .putShort(0, (short) 0xD110)
                    .putLong(8, address);
        }
        Files.createDirectories(data.resolve("pg_wal"));
        Files.write(data.resolve("pg_wal").resolve(name), content);
    }
}
