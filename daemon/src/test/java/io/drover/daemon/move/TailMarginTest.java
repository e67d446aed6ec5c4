/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.PausePrediction;
import io.drover.api.PausePrediction.Part;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The room at the end of the WAL follows what is written and for how long. */
class TailMarginTest {
    private static final double MEBI = 1024.0 * 1024;

    private static PausePrediction drainOf(double millis) {
        return PausePrediction.of(
                Instant.EPOCH,
                1_000,
                List.of(
                        new Part(MoveSteps.FENCE, "drain", millis, ""),
                        new Part(MoveSteps.SEAL, "seal", 10, ""),
                        new Part(MoveSteps.PROMOTE, "promotion", 5_000, "")));
    }

    @Test
    void aQuietShardLeavesTheLeast() {
        assertThat(TailMargin.bytes(0, drainOf(2_000))).isEqualTo(TailMargin.LEAST_BYTES);
        assertThat(TailMargin.bytes(1_000, drainOf(1))).isEqualTo(TailMargin.LEAST_BYTES);
    }

    @Test
    void itFollowsTheRateAndTheTimeUntilTheEndOfTheWal() {
        assertThat(TailMargin.bytes(4 * MEBI, drainOf(15))).isEqualTo(1 << 20);
        assertThat(TailMargin.bytes(8 * MEBI, drainOf(15))).isEqualTo(2 << 20);
        assertThat(TailMargin.bytes(4 * MEBI, drainOf(140))).isEqualTo(2 << 20);
    }

    @Test
    void itHasAnEnd() {
        assertThat(TailMargin.bytes(900 * MEBI, drainOf(500))).isEqualTo(TailMargin.MOST_BYTES);
    }
}
