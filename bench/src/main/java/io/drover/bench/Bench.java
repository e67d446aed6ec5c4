/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.bench.peers.Peers;
import io.drover.bench.switchover.SwitchoverCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code bin/bench}. */
@Command(
        name = "bin/bench",
        mixinStandardHelpOptions = true,
        description = "Measures what clients see, what the kit and a copy cost, and what a controller bears.")
public final class Bench {
    private Bench() {}

    /** Measures and ends the process: 0 when everything that was asked for was measured. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** All commands, and what is plugged into them. */
    static CommandLine commandLine() {
        return new CommandLine(new Bench())
                .addSubcommand(new SwitchoverCommand(Peers.ALL))
                .addSubcommand(new BorrowCommand())
                .addSubcommand(new CopyCommand())
                .addSubcommand(new ControlCommand())
                .setCaseInsensitiveEnumValuesAllowed(true);
    }
}
