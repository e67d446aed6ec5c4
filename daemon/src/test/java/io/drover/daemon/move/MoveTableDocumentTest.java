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
                75 to 160 with source and target swapped, in state ROLLING_BACK, and closes with row 180. A drill walks rows up to 120 and is
                then undone from the bottom; one that a waiting move was ordered to make is undone down to row 70.

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
        MoveSteps.TABLE.stream()
                .filter(step -> step.number() <= MoveSteps.COMMIT)
                .map(MoveStep::state)
                .distinct()
                .forEach(state -> text.append("    %s --> ABORTING: failure or abort%n".formatted(state)));
        text.append("""
                    ABORTING --> ABORTED
                    BAKING --> ROLLING_BACK: rollback
                    ROLLING_BACK --> ROLLED_BACK
                    ROLLING_BACK --> ABORTING: failure or abort up to row 130
                    ABORTING --> BAKING: a rollback is given up
                    ABORTING --> READY: a drill of a waiting move is undone
                    CUTTING_OVER --> NEEDS_OPERATOR: failure from row 140 on
                    REVERSING --> NEEDS_OPERATOR: failure
                    BAKING --> NEEDS_OPERATOR: failure of row 180
                    ROLLING_BACK --> NEEDS_OPERATOR: failure from row 140 on
                    ABORTING --> NEEDS_OPERATOR: the undo failed
                    NEEDS_OPERATOR --> ABORTING: resume before row 140
                    NEEDS_OPERATOR --> CUTTING_OVER: resume at row 140
                    NEEDS_OPERATOR --> REVERSING: resume, or the way back is given up
                    NEEDS_OPERATOR --> BAKING: resume of row 180
                    NEEDS_OPERATOR --> ROLLING_BACK: resume of a rollback
                    COMPLETED --> [*]
                    ABORTED --> [*]
                    ROLLED_BACK --> [*]
                ```
                """);
        return text.toString();
    }
}
