/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Dies at every fault point of everything that a move can do. {@code -Dmatrix.only=TEXT} runs the cells whose name contains a text, and
 * prints what happens in the first that fails; {@code -Dmatrix.turn=1} and {@code 2} run one half of the moments each.
 */
@Simulated
final class InterruptionMatrixTest {
    private static final String ONLY = System.getProperty("matrix.only", "");
    private static final int TURN = Integer.getInteger("matrix.turn", 0);
    private static final Logger DROVER = (Logger) LoggerFactory.getLogger("io.drover");
    private static final Level USUAL = DROVER.getLevel();
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([0-9]+) \\| [^\\n]*$");
    /** What goes wrong on purpose is no news. */
    @BeforeAll
    static void beQuiet() {
        DROVER.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        DROVER.setLevel(USUAL);
    }

    @Test
    void everyInterruptionEndsAsThePageOfFaultPointsAllows() throws InterruptedException, IOException {
        FaultCatalogue page = FaultCatalogue.read();
        InterruptionMatrix matrix = InterruptionMatrix.of(page).run(ONLY, TURN, 20);

        System.out.println(matrix);
        matrix.failures().keySet().stream()
                .findFirst()
                .map(matrix::trace)
                .ifPresent(lines -> lines.forEach(System.out::println));
        assertThat(matrix.failures()).isEmpty();
        Set<String> points = matrix.interrupted().stream()
                .map(point -> point.place() + "/" + point.effect())
                .collect(Collectors.toSet());
        for (String row : rows()) {
            assertThat(points).as("row %s is interrupted", row).contains("row-" + row + "/run");
            if (Integer.parseInt(row) < 130) {
                assertThat(points).as("the undo of row %s is interrupted", row).contains("row-" + row + "/undo");
            }
        }
        if (ONLY.isEmpty()) {
            assertThat(matrix.onlyReached())
                    .as("points at which nobody dies although somebody comes there")
                    .isEmpty();
            assertThat(matrix.unmet())
                    .as("lines at which nothing happens in any simulation")
                    .isEmpty();
        }
    }

    private static Set<String> rows() throws IOException {
        Set<String> rows = ROW.matcher(Files.readString(Path.of("../docs/move-table.md")))
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toSet());
        assertThat(rows).contains("10", "130", "180");
        return rows;
    }
}
