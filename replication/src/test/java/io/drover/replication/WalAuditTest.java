/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WalAuditTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "pg_waldump: error: error in WAL record at 0/30000F0: invalid record length at 0/3000168: wanted 24, got 0",
                "pg_waldump: error: could not find a valid record after 0/7000000",
                "pg_waldump: error: error in WAL record at 0/5: invalid magic number 0000 in log segment 000000010000000000000007,"
                        + " offset 0",
                "pg_waldump: error: error in WAL record at 0/5: record with incorrect prev-link 0/1 at 0/5",
            })
    void knowsTheEndOfTheWal(String errors) {
        assertThat(WalAudit.saysEnd(errors)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pg_waldump: error: could not open file \"000000010000000000000007\": Permission denied",
                "pg_waldump: error: could not read from file 000000010000000000000007, offset 0: Input/output error",
                "pg_waldump: error: could not open directory \"/x/pg_wal\": Permission denied",
                "",
            })
    void aDiskThatCannotBeReadIsNotTheEnd(String errors) {
        assertThat(WalAudit.saysEnd(errors)).isFalse();
        assertThat(WalAudit.missingSegment(errors)).isEmpty();
    }

    @Test
    void namesTheSegmentThatIsMissing() {
        assertThat(
                        WalAudit.missingSegment(
                                "pg_waldump: error: could not find file \"000000010000000000000007\": No such file or directory"))
                .contains("000000010000000000000007");
    }
}
