/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void takesTheMiddleOfAnOddNumber() {
        assertThat(Spread.of(List.of(9.0, 1.0, 5.0)).median()).isEqualTo(5.0);
    }

    @Test
    void takesTheMeanOfTheTwoInTheMiddle() {
        assertThat(Spread.of(List.of(9.0, 1.0, 5.0, 6.0)).median()).isEqualTo(5.5);
    }

    @Test
    void percentileIsAValueThatWasMeasured() {
        Spread spread = counted(200);
        assertThat(spread.percentile(99)).isEqualTo(198.0);
        assertThat(spread.percentile(100)).isEqualTo(200.0);
        assertThat(spread.percentile(0)).isEqualTo(1.0);
    }

    @Test
    void speaksOfAPercentileOnlyWhenThereAreHundred() {
        assertThat(counted(100).tail()).isEqualTo("p99 99.0");
        assertThat(counted(99).tail()).isEqualTo("max of 99 99.0");
    }

    @Test
    void isEmptyWithoutValues() {
        Spread none = Spread.of(List.of());
        assertThat(none.median()).isNaN();
        assertThat(none.percentile(99)).isNaN();
        assertThat(none.tail()).isEqualTo("-");
    }

    private static Spread counted(int most) {
        return Spread.of(IntStream.rangeClosed(1, most)
                .mapToObj(i -> (double) (most + 1 - i))
                .toList());
    }
}
