/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The files that every command can write what it has measured to. */
public final class ResultFiles {
    @Option(names = "--json", paramLabel = "FILE", description = "Where to write every figure.")
    private @Nullable Path json;

    @Option(names = "--chart", paramLabel = "FILE.png", description = "Where to write a picture of the distributions.")
    private @Nullable Path chart;

    /** Refuses what could not be written after an hour of measuring. */
    public void check(CommandSpec command) {
        check(command, "--json", json);
        check(command, "--chart", chart);
    }

    private static void check(CommandSpec command, String option, @Nullable Path file) {
        if (file != null) {
            Path directory = file.toAbsolutePath().getParent();
            if (directory == null || !Files.isDirectory(directory) || Files.isDirectory(file)) {
                throw new ParameterException(
                        command.commandLine(),
                        option + ": " + file + " is a directory, or the directory that it lies in is missing");
            }
        }
    }

    /**
     * Writes what was asked for.
     *
     * @param unit of the distributions
     */
    public void write(Object report, String title, String unit, Map<String, List<Double>> distributions) {
        if (json != null) {
            try {
                Files.write(json, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(report));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + json, e);
            }
        }
        if (chart != null) {
            DistributionChart.write(chart, title, unit, distributions);
        }
    }
}
