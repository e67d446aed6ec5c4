/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.testing.checker.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ControlsTest {
    private static final Path PAGE = Path.of("..", "docs", "fault-tests.md");

    @Test
    void eachHasANameOfItsOwn() {
        assertThat(Controls.ALL).extracting(Control::id).doesNotHaveDuplicates();
    }

    /** What the product refuses by itself is no proof that the checker would notice. */
    @Test
    void eachIsCaughtByRowsOrByWal() {
        assertThat(Controls.ALL)
                .allSatisfy(control -> assertThat(control.caughtBy())
                        .isNotEmpty()
                        .isSubsetOf(
                                Check.K1_NO_LOST_ACK,
                                Check.K5_SINGLE_WRITER_SEEN,
                                Check.K6_SINGLE_WRITER_TRUTH,
                                Check.K10_EQUALITY));
    }

    @Test
    void eachHasItsRowInTheDocumentation() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(Controls.ALL).allSatisfy(control -> {
            assertThat(page).contains("| " + control.id() + " | " + control.sabotage() + " |");
            control.levers().forEach(lever -> assertThat(page).contains(lever.does()));
        });
        assertThat(Check.values()).allSatisfy(check -> assertThat(page).contains("| " + check.id() + " |"));
    }
}
