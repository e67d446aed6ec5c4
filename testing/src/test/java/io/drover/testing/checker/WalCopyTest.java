/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Lsn;
import io.drover.testing.checker.Evidence.Commit;
import io.drover.testing.cluster.DirectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalCopyTest {
    @Test
    void findsCommitsOfBothKindsAndNothingElse() {
        String dump = """
                rmgr: Transaction len (rec/tot):     34/    34, tx:        735, lsn: 0/01901F58, prev 0/01901F18, desc: COMMIT 2026-01-01 00:00:00.000000 UTC
                rmgr: Transaction len (rec/tot):     34/    34, tx:        736, lsn: 0/01901F80, prev 0/01901F58, desc: ABORT 2026-01-01 00:00:00.000000 UTC
                rmgr: Transaction len (rec/tot):     70/    70, tx:          0, lsn: 0/01901FA8, prev 0/01901F80, desc: COMMIT_PREPARED 737: 2026-01-01 00:00:00.000000 UTC; gid x
                rmgr: Transaction len (rec/tot):     70/    70, tx:        738, lsn: 0/01901FF0, prev 0/01901FA8, desc: PREPARE gid x: 2026-01-01 00:00:00.000000 UTC
                pg_waldump: error: error in WAL record at 0/1901FF0: invalid record length at 0/1902038: wanted 24, got 0
                """;

        assertThat(WalCopy.parse(dump))
                .containsExactly(new Commit(735, Lsn.parse("0/1901F58")), new Commit(737, Lsn.parse("0/1901FA8")));
    }

    @Test
    void aCopyWithoutSegmentsProvesNothing(@TempDir Path empty) {
        assertThat(new WalCopy(empty, true)
                        .commitsPast(Path.of("/"), "a", 1, Lsn.parse("0/2000000"))
                        .complete())
                .isFalse();
    }

    @Test
    void aSegmentThatIsTakenAwayOnceItIsHeldIsCopiedToAnotherDisk(@TempDir Path copies) throws IOException {
        Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "drover-wal-copy");
        try {
            Path segment =
                    Files.createDirectories(memory.resolve("data/pg_wal")).resolve("000000010000000000000001");
            Files.write(segment, new byte[] {16, 1, 2, 3});

            WalCopy held = WalCopy.hold(memory.resolve("data"), memory.resolve("held"));
            Files.delete(segment);
            WalCopy copy = held.copied(copies.resolve("0"));

            assertThat(copy.complete()).isTrue();
            assertThat(copies.resolve("0").resolve(segment.getFileName())).hasBinaryContent(new byte[] {16, 1, 2, 3});
        } finally {
            DirectoryTree.delete(memory);
        }
    }

    @Test
    void ofACopySegmentsFromTheForkOnAreKept(@TempDir Path copy) throws IOException {
        for (String name : List.of(
                "000000010000000000000004",
                "000000010000000000000005",
                "000000020000000000000004",
                "000000020000000000000005",
                "000000020000000000000006")) {
            Files.write(copy.resolve(name), new byte[] {16, 1, 2, 3, 0, 0, 0, 0});
        }

        // segments of eight bytes
        new WalCopy(copy, true).dropBefore(new Lsn(5 * 8 + 3));

        try (Stream<Path> left = Files.list(copy)) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "000000010000000000000005", "000000020000000000000005", "000000020000000000000006");
        }
    }
}
