/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class PlainWriterTest {
    private static final String NAME = "app\u001b]0;owned\u0007\u202e\r\u009b2J";

    private final StringWriter printed = new StringWriter();

    @Test
    void nothingThatATerminalActsOnPasses() {
        PrintWriter out = PlainWriter.over(new PrintWriter(printed, true));

        out.println("client " + NAME);
        out.print('\u001b');
        out.printf("%s%n", NAME.toCharArray().length);
        out.append("caf\u00e9 \ud83d\udc04").println();

        assertThat(printed.toString())
                .isEqualTo("client app\\u001b]0;owned\\u0007\\u202e\\r\\u009b2J\n\\u001b18\ncaf\u00e9 \ud83d\udc04\n");
    }

    @Command(name = "drover")
    static final class Main {}

    /** What a caller has typed comes back in the refusal. */
    @Test
    void commandsPrintThroughIt() {
        CommandLine line = CommandLines.of(new Main());
        line.setErr(PlainWriter.over(new PrintWriter(printed, true)));

        int code = line.execute("move", NAME, "--to", "node_b");

        assertThat(code).isEqualTo(ExitCode.USAGE);
        assertThat(printed.toString().replace("\n", "")).doesNotContainPattern("\\p{Cntrl}|\\p{Cf}");
        assertThat(CommandLines.of(new Main()).getOut()).isNotNull();
    }
}
