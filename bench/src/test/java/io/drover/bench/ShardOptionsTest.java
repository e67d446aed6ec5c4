/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ShardOptionsTest {
    @Test
    void everyCommandHasAUsualNumberOfRows() {
        ShardOptions options = CommandLine.populateCommand(new ShardOptions(), "--runs", "3");
        assertThat(options.runs()).isEqualTo(3);
        assertThat(options.writers()).isEqualTo(8);
        assertThat(options.rows(200_000)).isEqualTo(200_000);
        assertThat(CommandLine.populateCommand(new ShardOptions(), "--runs", "3", "--rows", "5")
                        .rows(200_000))
                .isEqualTo(5);
    }
}
