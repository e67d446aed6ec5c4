/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.bench.LoadKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProfileTest {
    @Test
    void disksGrowWithTheRows() {
        assertThat(Profile.diskMegabytes(4_000_000)).isEqualTo(7_000);
    }

    @Test
    void whatCannotBeEmulatedIsNamed() {
        SwitchoverOptions options = new SwitchoverOptions(
                1,
                8,
                1000,
                SeriesTable.named(SeriesTable.USUAL),
                List.of(LoadKind.WRITERS),
                List.of(),
                null,
                1,
                Profile.CLOUD);
        assertThat(SwitchoverReport.of(List.of(), options, Results.NO_OTHERS, List.of())
                        .missing())
                .anyMatch(missing -> missing.contains("slow reads"));
    }
}
