/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that asks controllers to change something. */
abstract class ChangingCommand extends ClientCommand {
    @Option(names = "--reason", paramLabel = "TEXT", description = "why; it stands in the controllers' audit log")
    private @Nullable String why;

    @Override
    final @Nullable String reason() {
        return why;
    }
}
