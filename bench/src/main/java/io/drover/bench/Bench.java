/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.bench.switchover.SwitchoverCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code bin/bench}. */
@Command(
        name = "bin/bench",
        mixinStandardHelpOptions = true,
        description = "Measures what clients see, what the kit and a copy cost, and what a controller bears.",
        subcommands = {SwitchoverCommand.class, BorrowCommand.class, CopyCommand.class, ControlCommand.class})
public final class Bench {
    private Bench() {}

    /** Measures and ends the process: 0 when everything that was asked for was measured. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Bench())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }
}
