/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move.Phase;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaterfallTest {
    @Test
    void takesTheMedianOfEachPhaseInItsPlace() {
        assertThat(Waterfall.ofMedians(List.of(
                        with(new Phase(100, "fence", 4), new Phase(150, "publish", 3)),
                        with(new Phase(100, "fence", 8), new Phase(150, "publish", 1)),
                        with(new Phase(100, "fence", 5), new Phase(150, "publish", 2)))))
                .containsExactly(new Phase(100, "fence", 5), new Phase(150, "publish", 2));
    }

    @Test
    void tellsPhasesOfOneStepApart() {
        assertThat(Waterfall.ofMedians(List.of(with(new Phase(110, "seal", 1), new Phase(110, "WAL", 7)))))
                .extracting(Phase::name)
                .containsExactly("seal", "WAL");
    }

    @Test
    void isEmptyWithoutDrover() {
        assertThat(Waterfall.ofMedians(List.of(with()))).isEmpty();
    }

    private static List<Phase> with(Phase... phases) {
        return List.of(phases);
    }
}
