/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RowComparisonTest {
    @Test
    void aTableThatGrewAgreesWhenTheCopyLiesBetweenTheTwoCounts() {
        RowComparison comparison = RowComparison.of(Map.of("t", 10L), Map.of("t", 12L), Map.of("t", 15L));

        assertThat(comparison.equal()).isEqualTo(1);
        assertThatCode(() -> comparison.throwWhenDifferent(Moved.A, Moved.B)).doesNotThrowAnyException();
    }

    @Test
    void aCopyThatLacksRowsDiffers() {
        assertThatThrownBy(() -> RowComparison.of(Map.of("t", 10L), Map.of("t", 9L), Map.of("t", 10L))
                        .throwWhenDifferent(Moved.A, Moved.B))
                .hasMessageContaining("the copy has 9");
    }

    @Test
    void aCopyWithTooManyRowsOrWithoutTheTableDiffers() {
        assertThat(RowComparison.of(Map.of("t", 10L), Map.of("t", 11L), Map.of("t", 10L))
                        .different())
                .hasSize(1);
        assertThat(RowComparison.of(Map.of("t", 10L), Map.of(), Map.of("t", 10L))
                        .different())
                .hasSize(1);
    }

    @Test
    void aTableInWhichRowsComeAndGoIsUndecided() {
        RowComparison comparison = RowComparison.of(Map.of("t", 990L), Map.of("t", 1_010L), Map.of("t", 1_000L));

        assertThat(comparison.undecided()).containsExactly("t");
        assertThat(comparison.different()).isEmpty();
    }

    @Test
    void onlyWhatDiffersInEachCountIsDifferent() {
        RowComparison first = RowComparison.of(
                Map.of("queue", 10L, "torn", 10L), Map.of("queue", 11L, "torn", 9L), Map.of("queue", 10L, "torn", 10L));
        RowComparison second = RowComparison.of(
                Map.of("queue", 12L, "torn", 10L), Map.of("queue", 11L, "torn", 9L), Map.of("queue", 13L, "torn", 10L));

        RowComparison both = first.confirmedBy(second);

        assertThat(first.different()).containsOnlyKeys("queue", "torn");
        assertThat(both.different()).containsOnlyKeys("torn");
        assertThat(both.undecided()).containsExactly("queue");
    }

    @Test
    void aTableThatShrankIsUndecidedAndNeverCalledEqual() {
        RowComparison comparison = RowComparison.of(Map.of("t", 10L), Map.of("t", 9L), Map.of("t", 8L));

        assertThat(comparison.equal()).isZero();
        assertThat(comparison.undecided()).containsExactly("t");
        assertThat(comparison.different()).isEmpty();
    }
}
