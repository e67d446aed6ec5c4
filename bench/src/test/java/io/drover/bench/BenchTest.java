/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchTest {
    @Test
    void hasEveryCommand() {
        assertThat(Bench.commandLine().getSubcommands().keySet())
                .containsExactly("switchover", "borrow", "copy", "control");
    }

    /** Nothing is started for any of these. */
    @ParameterizedTest
    @CsvSource({
        "switchover --runs 0, --runs must be at least 1",
        "switchover --runs 1 --peers --profile cloud, with --profile local only",
        "switchover --runs 1 --load WAL --sessions 8, the load wal uses 10 sessions at once",
        "borrow --rounds 1, --rounds must be at least 2",
        "borrow --json /no/such/directory/result.json, --json: /no/such/directory/result.json is a directory",
        "copy --runs 1 --writers 61, --writers must be 1 to 60",
        "copy --runs 1 --rows 0, --rows must be at least 1",
        "switchover --runs 1 --sessions 8;2001, --sessions must be 1 to 2000",
        "control --moves 0, --moves must be at least 1",
    })
    void refusesWrongUse(String arguments, String reason) {
        StringWriter said = new StringWriter();
        CommandLine commands = Bench.commandLine().setErr(new PrintWriter(said));
        assertThat(commands.execute(arguments.replace(';', ',').split(" "))).isEqualTo(2);
        assertThat(said.toString()).contains(reason);
    }
}
