/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextsTest {
    @Test
    void drawsThePauseAsBarsOneBelowTheOther() {
        Move.Cutover cutover = new Move.Cutover(
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH,
                40.0,
                List.of(new Move.Phase(100, "fence", 10), new Move.Phase(110, "seal", 30)),
                0,
                false);

        assertThat(Texts.waterfall("cutover", cutover).lines())
                .containsExactly(
                        "cutover: writes paused 40.0 ms",
                        "  100 fence                         10.0 ms  |##########                              |",
                        "  110 seal                          30.0 ms  |          ##############################|",
                        "  commits past the fork: 0");
    }

    @Test
    void keepsColumnsInLine() {
        assertThat(new Table("A", "LONG")
                        .row("wide cell", 1)
                        .row(null, "x")
                        .toString()
                        .lines())
                .containsExactly("A          LONG", "wide cell  1", "-          x");
    }

    @Test
    void writesBytesForPeople() {
        assertThat(Texts.bytes(17)).isEqualTo("17 B");
        assertThat(Texts.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(Texts.bytes(5L * 1024 * 1024 * 1024)).isEqualTo("5.0 GiB");
    }
}
