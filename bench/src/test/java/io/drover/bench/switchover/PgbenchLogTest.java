/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.bench.Observed;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PgbenchLogTest {
    private static final long MILLI = 1_000_000;

    @Test
    void knowsWhenEachClientsTransactionsWereAcknowledged() {
        PgbenchLog log = PgbenchLog.parse(
                List.of("0 0 1500 0 10 1000", "1 0 1500 0 10 2000", "0 1 40000 0 10 42000", "1 1 41000 0 10 43500 17"),
                7);
        assertThat(log.failed()).isZero();
        assertThat(log.clients()).hasSize(2);
        assertThat(log.clients().get(0).acknowledgedAt()).containsExactly(10_001_000_000L + 7, 10_042_000_000L + 7);
        assertThat(log.end()).isEqualTo(10_043_500_000L + 7);

        Observed observed =
                Observed.between(log.clients(), 10_003 * MILLI, 10_040 * MILLI, Duration.ofSeconds(2), log.end());
        assertThat(observed.pauses().overallMillis()).isEqualTo(40.0);
        assertThat(observed.pauses().worstWriterMillis()).isEqualTo(41.5);
    }

    @Test
    void countsWhatHasFailed() {
        PgbenchLog log = PgbenchLog.parse(List.of("0 0 1500 0 10 1000", "0 1 failed 0 10 2000"), 0);
        assertThat(log.failed()).isEqualTo(1);
        assertThat(log.clients().get(0).acknowledgedAt()).hasSize(1);
        assertThat(PgbenchLog.aborted("""
                        pgbench (15.8)
                        pgbench: error: client 3 script 0 aborted in command 2 query 0: server closed the connection unexpectedly
                        pgbench: error: client 11 aborted while establishing connection
                        number of failed transactions: 0 (0.000%)
                        """)).isEqualTo(2);
    }

    @Test
    void refusesWhatIsNoTransaction() {
        assertThatThrownBy(() -> PgbenchLog.parse(List.of("0 0 1500"), 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no transaction: 0 0 1500");
    }
}
