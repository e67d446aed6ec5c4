/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.testing.cluster.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes the two small programs that this project has in C. */
final class Gcc {
    private Gcc() {}

    /** Makes a program. */
    static Path program(Path source, Path directory) {
        return compile(source, directory, "", List.of());
    }

    /** Makes a library that can be preloaded. */
    static Path library(Path source, Path directory) {
        return compile(source, directory, ".so", List.of("-shared", "-fPIC"));
    }

    private static Path compile(Path source, Path directory, String suffix, List<String> options) {
        String name = source.getFileName().toString().replaceFirst("[.]c$", "") + suffix;
        Path made = directory.resolve(name);
        List<String> command = new ArrayList<>(List.of("gcc", "-O2", "-Wall", "-Werror"));
        command.addAll(options);
        command.addAll(List.of("-o", made.toString(), source.toString(), "-ldl"));
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + directory, e);
        }
        Command.Result result = Command.run(command);
        if (result.exitCode() != 0) {
            throw new IllegalStateException("gcc cannot make " + made + ": " + result.output());
        }
        return made;
    }
}
