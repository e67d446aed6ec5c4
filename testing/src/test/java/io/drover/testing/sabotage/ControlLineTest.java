/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ControlLineTest {
    private static final Control FIRST = Controls.ALL.get(0);
    private static final Control SECOND = Controls.ALL.get(1);

    @Test
    void theTableSaysWhatWasDisarmedWhatNoticedAndByWhat() {
        String table = ControlLine.table(List.of(FIRST), List.of(line(FIRST, Set.of("K1 (12)"), true)));

        assertThat(table)
                .contains("| " + FIRST.id() + " | no door; no end | " + FIRST.load()
                        + " | K1 (12) | write 7 is not there | passed | 1 | 12.3 |");
    }

    @Test
    void theTableNamesWhatWasNotCaughtAndWhatDidNotRun() {
        String table = ControlLine.table(List.of(FIRST, SECOND), List.of(line(FIRST, Set.of(), false)));

        assertThat(table.lines())
                .anySatisfy(row ->
                        assertThat(row).startsWith("| " + FIRST.id() + " |").contains("NOT CAUGHT"))
                .anySatisfy(row ->
                        assertThat(row).startsWith("| " + SECOND.id() + " |").contains("NOT RUN"));
    }

    private static ControlLine line(Control control, Set<String> caughtBy, boolean caught) {
        return new ControlLine(
                control.id(),
                control.sabotage(),
                List.of("no door", "no end"),
                control.load(),
                caughtBy,
                "write 7 is not there",
                caught,
                true,
                1,
                List.of(),
                12_345);
    }
}
