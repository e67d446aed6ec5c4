/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class IdleCostTest {
    private static IdleCost cost(int shards, double cpuMillis) {
        return new IdleCost(shards, 10, cpuMillis, 1000L * shards, 0, 0);
    }

    @Test
    void aStraightLineDoesNotBend() {
        List<IdleCost> sizes = List.of(cost(100, 2), cost(1000, 3.8), cost(3000, 7.8), cost(10_000, 21.8));
        assertThat(IdleCost.bend(sizes, IdleCost::cpuMillisPerSecond)).isCloseTo(1.0, within(1e-9));
        assertThat(sizes.get(3).cpuMicrosPerShard(sizes.get(0))).isCloseTo(2.0, within(1e-9));
        assertThat(sizes.get(3).heapBytesPerShard(sizes.get(0))).isCloseTo(1000, within(1e-9));
    }

    @Test
    void aSquareBendsUpwards() {
        List<IdleCost> sizes = List.of(cost(0, 1), cost(1000, 2), cost(3000, 10), cost(10_000, 101));
        assertThat(IdleCost.bend(sizes, IdleCost::cpuMillisPerSecond)).isGreaterThan(IdleCost.ABOVE_LINE);
    }

    @Test
    void whatDoesNotGrowDoesNotBendEither() {
        List<IdleCost> sizes = List.of(cost(10, 8), cost(1000, 7), cost(3000, 4), cost(10_000, 5));
        assertThat(IdleCost.bend(sizes, IdleCost::cpuMillisPerSecond)).isCloseTo(1.25, within(1e-9));
    }

    @Test
    void nothingIsSaidOfTooFewSizes() {
        assertThat(IdleCost.bend(List.of(cost(0, 0), cost(10, 1)), IdleCost::cpuMillisPerSecond))
                .isNull();
    }
}
