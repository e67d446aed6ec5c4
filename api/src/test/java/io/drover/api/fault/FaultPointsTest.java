/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultPointsTest {
    @Test
    void tellsOfBothSidesOfAnEffect() throws Exception {
        List<String> reached = new ArrayList<>();
        try (AutoCloseable armed = FaultPoints.arm(point -> reached.add(point.toString()))) {
            assertThat(FaultPoints.around("row-30", "run", () -> reached.add("effect")))
                    .isTrue();
            assertThat(armed).isNotNull();
        }

        assertThat(reached).containsExactly("row-30/run/before", "effect", "row-30/run/after");
    }

    @Test
    void isSilentAfterAnEffectThatFailed() throws Exception {
        List<String> reached = new ArrayList<>();
        try (AutoCloseable armed = FaultPoints.arm(point -> reached.add(point.toString()))) {
            assertThat(armed).isNotNull();
            assertThatThrownBy(() -> FaultPoints.around("row-30", "run", () -> {
                        throw new IllegalStateException("not there");
                    }))
                    .hasMessage("not there");
        }

        assertThat(reached).containsExactly("row-30/run/before");
    }

    @Test
    void doesNothingUnlessArmed() {
        assertThat(FaultPoints.around("row-30", "run", () -> "done")).isEqualTo("done");
    }

    @Test
    void isArmedOnceAtATime() throws Exception {
        try (AutoCloseable armed = FaultPoints.arm(point -> {})) {
            assertThat(armed).isNotNull();
            assertThatThrownBy(() -> FaultPoints.arm(point -> {})).hasMessageContaining("armed already");
        }
    }
}
