/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Lsn;
import io.drover.testing.checker.Evidence.Commit;
import java.nio.file.Path;
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
}
