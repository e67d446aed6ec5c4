/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.testing.ledger.Pauses;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadKindTest {
    @Test
    void eachKindHasWritersWhoseGapsCount() {
        for (LoadKind kind : LoadKind.values()) {
            for (int count : List.of(1, 2, 8)) {
                assertThat(kind.writers(count)).as("%s of %s", kind, count).anyMatch(WriterKind::isMeasured);
            }
        }
    }

    @Test
    void aQuarterOfTheWritersHasLongTransactions() {
        assertThat(LoadKind.LONG.writers(8)).hasSize(8);
        assertThat(LoadKind.LONG.writers(8)).filteredOn(WriterKind.LONG::equals).hasSize(2);
    }

    @Test
    void bulkWritersComeOnTopAndHaveTablesOfTheirOwn() {
        assertThat(LoadKind.WAL.connections(8)).isEqualTo(10);
        assertThat(LoadKind.tables(8)).containsExactly("ledger", "bulk_8", "bulk_9");
    }

    @Test
    void tooFewWritesBeforeASwitchProveNothing() {
        assertThat(LoadKind.WRITERS.isVacuous(observed(499, 0))).isTrue();
        assertThat(LoadKind.WRITERS.isVacuous(observed(500, 0))).isFalse();
        assertThat(LoadKind.IDLE.isVacuous(observed(49, 0))).isTrue();
        assertThat(LoadKind.IDLE.isVacuous(observed(50, 0))).isFalse();
    }

    @Test
    void aLoadWithoutWhatItIsNamedAfterProvesNothing() {
        assertThat(LoadKind.LONG.isVacuous(observed(5000, 0))).isTrue();
        assertThat(LoadKind.LONG.isVacuous(observed(5000, 5))).isFalse();
        double tenMegabytes = 10e6 / WriterKind.BULK_BYTES;
        assertThat(LoadKind.WAL.isVacuous(observed(5000, tenMegabytes * 0.9))).isTrue();
        assertThat(LoadKind.WAL.isVacuous(observed(5000, tenMegabytes * 1.1))).isFalse();
    }

    private static Observed observed(double rate, double background) {
        return new Observed(new Pauses(1, 1, rate), 1.0, background);
    }
}
