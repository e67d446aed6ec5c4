/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.plain;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A child process that is told a line and answers with lines; it ends when it is told nothing any more. */
final class Child implements AutoCloseable {
    /** Between the columns of a row: in no error's text. */
    static final String SEPARATOR = "\u001f";

    private final Process process;
    private final BufferedReader answers;
    private final Writer orders;

    /** Starts a program; what it complains of is among its answers. */
    Child(List<String> command, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("LC_ALL", "C.UTF-8");
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.get(0) + ": bin/test installs it", e);
        }
        answers = process.inputReader(StandardCharsets.UTF_8);
        orders = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** Tells it a line; one that has ended is told by the next {@link #answer}. */
    void tell(String line) {
        try {
            orders.write(line);
            orders.write('\n');
            orders.flush();
        } catch (IOException e) {
            process.destroy();
        }
    }

    /** Its next line; empty when it has ended. */
    Optional<String> answer() {
        try {
            return Optional.ofNullable(answers.readLine());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
