/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Refuses numbers that a command cannot do with, before anything is started.
 *
 * @param command whose options they are
 */
public record Limits(CommandSpec command) {
    /** Refuses what is less. */
    public void atLeast(String option, long given, long least) {
        if (given < least) {
            throw refused(option + " must be at least " + least + ", it is " + given);
        }
    }

    /** Refuses what is less than one or more than the other. */
    public void between(String option, long given, long least, long most) {
        if (given < least || given > most) {
            throw refused(option + " must be " + least + " to " + most + ", it is " + given);
        }
    }

    /** Wrong use, with its reason. */
    public ParameterException refused(String reason) {
        return new ParameterException(command.commandLine(), reason);
    }
}
