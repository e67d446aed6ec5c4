/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Logging of commands that are no Dropwizard application. */
final class CommandLineLogging {
    private CommandLineLogging() {}

    /** Shows errors only: a command says itself what its caller must know. */
    static void quiet() {
        at(Level.ERROR);
    }

    /** Shows what an operator of a server wants to know. */
    static void normal() {
        at(Level.INFO);
    }

    private static void at(Level level) {
        if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
            root.setLevel(level);
        }
    }
}
