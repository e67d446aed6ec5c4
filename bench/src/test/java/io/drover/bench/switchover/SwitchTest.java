/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.testing.ledger.Pauses;
import java.util.List;
import org.junit.jupiter.api.Test;

class SwitchTest {
    @Test
    void aSwitchWithTooFewWritesBeforeItIsVacuous() {
        assertThat(new Switch(new Pauses(1, 1, 499), null, List.of()).isVacuous())
                .isTrue();
        assertThat(new Switch(new Pauses(1, 1, 500), null, List.of()).isVacuous())
                .isFalse();
    }
}
