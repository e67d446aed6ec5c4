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
    void aTableThatShrankIsUndecidedAndNeverCalledEqual() {
        RowComparison comparison = RowComparison.of(Map.of("t", 10L), Map.of("t", 9L), Map.of("t", 8L));

        assertThat(comparison.equal()).isZero();
        assertThat(comparison.undecided()).containsExactly("t");
        assertThat(comparison.different()).isEmpty();
    }
}
