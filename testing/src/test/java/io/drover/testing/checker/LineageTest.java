/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Lsn;
import io.drover.replication.TimelineHistory;
import io.drover.testing.checker.Evidence.Reign;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineageTest {
    private static final TimelineHistory HISTORY =
            TimelineHistory.parse(3, "1\t0/2000000\tno reason\n2\t0/5000000\tno reason\n");

    @Test
    void putsNodesToTimelines() {
        assertThat(Lineage.of(HISTORY, 1, List.of("a", "b", "a")))
                .containsExactly(
                        new Reign("a", 1, Lsn.parse("0/2000000")),
                        new Reign("b", 2, Lsn.parse("0/5000000")),
                        new Reign("a", 3, null));
    }

    @Test
    void leavesOutWhatWasBeforeTheRun() {
        assertThat(Lineage.of(HISTORY, 2, List.of("b", "a")))
                .containsExactly(new Reign("b", 2, Lsn.parse("0/5000000")), new Reign("a", 3, null));
    }

    @Test
    void tellsNothingWhereForksAndTopologiesDoNotFit() {
        assertThat(Lineage.of(HISTORY, 1, List.of("a", "b"))).isEmpty();
    }
}
