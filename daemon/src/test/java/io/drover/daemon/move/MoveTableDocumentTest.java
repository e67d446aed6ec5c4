/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/move-table.md is written from the table: run this test with {@code -Dmove.table.write=true} to write it anew. */
class MoveTableDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "move-table.md");

    @Test
    void theDocumentSaysWhatTheTableSays() throws IOException {
        if (Boolean.getBoolean("move.table.write")) {
            Files.writeString(DOCUMENT, document());
        }
        assertThat(Files.readString(DOCUMENT)).isEqualTo(document());
    }

    private static String document() {
        StringBuilder text = new StringBuilder("""
                # The move table

                Written from `MoveSteps.TABLE` by `MoveTableDocumentTest`; do not edit. A move walks the rows from the top. A failure up
                to row 130 undoes the rows that have begun, from the bottom; behind it the way goes only forward. A rollback walks rows
                75 to 160 with source and target swapped, in state ROLLING_BACK, and closes with row 180.

                | row | state | step | what it does | undo |
                |---|---|---|---|---|
                """);
        for (MoveStep step : MoveSteps.TABLE) {
            text.append("| %d | %s | %s | %s | %s |%n"
                    .formatted(
                            step.number(),
                            step.state(),
                            step.name(),
                            step.does().replace("{", "").replace("}", ""),
                            step.undo().does()));
        }
        text.append("""

                ```mermaid
                stateDiagram-v2
                    [*] --> PREPARING
                """);
        MoveStep before = MoveSteps.TABLE.get(0);
        for (MoveStep step : MoveSteps.TABLE) {
            if (step.state() != before.state()) {
                text.append("    %s --> %s: row %d%n".formatted(before.state(), step.state(), step.number()));
            }
            before = step;
        }
        text.append("""
                    CUTTING_OVER --> ABORTING: failure or abort up to row 130
                    ABORTING --> ABORTED
                    BAKING --> ROLLING_BACK: rollback
                    ROLLING_BACK --> ROLLED_BACK
                    ROLLING_BACK --> ABORTING: failure or abort up to row 130
                    ABORTING --> BAKING: a rollback is given up
                    REVERSING --> NEEDS_OPERATOR
                    ABORTING --> NEEDS_OPERATOR
                    COMPLETED --> [*]
                    ABORTED --> [*]
                    ROLLED_BACK --> [*]
                ```
                """);
        return text.toString();
    }
}
