/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.replication.InstanceMonitor.StandbyView;
import org.junit.jupiter.api.Test;

/** One look at a lag that comes and goes tells nothing. */
class LagsTest {
    private static final int OLDER_LOOKS = 20;

    private final Lags lags = new Lags();

    private long typicalWith(long bytes) {
        return lags.typicalWith(new StandbyView("streaming", bytes, 0)).lagBytes();
    }

    @Test
    void theFirstLookIsAllThatIsKnown() {
        assertThat(typicalWith(7_000_000)).isEqualTo(7_000_000);
    }

    @Test
    void oneMomentOfLagDoesNotCount() {
        typicalWith(100);
        typicalWith(90);
        assertThat(typicalWith(7_000_000)).isEqualTo(100);
    }

    @Test
    void aLagThatStaysDoes() {
        for (int i = 0; i < OLDER_LOOKS; i++) {
            typicalWith(0);
        }
        for (int i = 0; i < 4; i++) {
            assertThat(typicalWith(7_000_000)).isZero();
        }
        assertThat(typicalWith(7_000_000)).isEqualTo(7_000_000);
    }
}
