/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.Lsn;
import io.drover.api.agent.Reports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Archives what a server that was stopped at once had not archived yet. Its successor has these segments marked done, so
 * nobody else would ever do it and a recovery across the move would be impossible (hazard H78).
 */
public final class Archive {
    private static final Logger LOG = LoggerFactory.getLogger(Archive.class);
    private static final String STATUS = "archive_status";
    private static final Pattern PLACEHOLDER = Pattern.compile("%[pf%]");

    private final PostgresBinaries binaries;
    private final Path dataDir;

    /** For one data directory. */
    public Archive(PostgresBinaries binaries, Path dataDir) {
        this.binaries = binaries;
        this.dataDir = dataDir;
    }

    /**
     * Archives every segment of the timeline that ends at or before the fork, oldest first, with the server's own command, and
     * stops at the first that fails. May be repeated.
     *
     * @param serverArgv how the server is started, program name first
     * @return what was archived now, and what is missing still; with an archive_library what its server was still to archive
     */
    public Reports.ArchiveReport upTo(int timeline, Lsn fork, List<String> serverArgv, Duration limitPerFile) {
        if (StoppedSettings.value(binaries, dataDir, serverArgv, "archive_mode").equals("off")) {
            return new Reports.ArchiveReport(false, List.of(), List.of());
        }
        List<String> missing = missing(timeline, fork);
        if (missing.isEmpty()) {
            // as behind a stop in order: in the pause of such a move each further question costs its clients
            return new Reports.ArchiveReport(true, List.of(), List.of());
        }
        String library = binaries.majorVersion() < 15
                ? ""
                : StoppedSettings.value(binaries, dataDir, serverArgv, "archive_library");
        if (!library.isEmpty()) {
            return new Reports.ArchiveReport(true, List.of(), meantFor(missing));
        }
        String command = StoppedSettings.value(binaries, dataDir, serverArgv, "archive_command");
        List<String> archived = new ArrayList<>();
        if (!command.isEmpty() && !command.equals("(disabled)")) {
            for (String file : missing) {
                if (!archive(command, file, limitPerFile)) {
                    break;
                }
                archived.add(file);
            }
        }
        return new Reports.ArchiveReport(true, archived, missing.subList(archived.size(), missing.size()));
    }

    /**
     * What the server itself would still archive. A segment from before archiving was turned on has no mark at all, and is in no archive
     * that has begun since.
     */
    List<String> meantFor(List<String> missing) {
        return missing.stream()
                .filter(name -> Files.exists(status(name, "ready")))
                .toList();
    }

    /** History files first, as PostgreSQL does, since a recovery that looks for a timeline asks for them first. */
    List<String> missing(int timeline, Lsn fork) {
        long size = ControlData.read(binaries, dataDir).segmentSize();
        List<String> histories = new ArrayList<>();
        List<String> segments = new ArrayList<>();
        for (String name : namesIn(dataDir.resolve("pg_wal"))) {
            boolean below = WalSegment.parse(name, size)
                    .filter(segment -> segment.timeline() == timeline && fork.atLeast(segment.end()))
                    .isPresent();
            if (below && !Files.exists(status(name, "done"))) {
                segments.add(name);
            } else if (name.matches("[0-9A-F]{8}\\.history") && Files.exists(status(name, "ready"))) {
                histories.add(name);
            }
        }
        histories.addAll(segments);
        return histories;
    }

    /** The command as PostgreSQL would run it for a file (documentation, archive_command). */
    static String expand(String command, String file) {
        return PLACEHOLDER.matcher(command).replaceAll(found -> switch (found.group()
                .charAt(1)) {
            case 'p' -> "pg_wal/" + file;
            case 'f' -> file;
            default -> "%";
        });
    }

    private boolean archive(String command, String file, Duration limit) {
        ProcessBuilder builder = Commands.builder(List.of("/bin/sh", "-c", expand(command, file)), Map.of());
        // what it prints is of no use, and a child that it leaves behind may hold the pipe
        builder.directory(dataDir.toFile()).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Commands.Result result = Commands.attempt(builder, limit);
        if (result.exitCode() != 0) {
            LOG.warn(
                    "archive_command failed for {} with exit status {}: {}",
                    file,
                    result.exitCode(),
                    Commands.lastLines(result.stderr()));
            return false;
        }
        DurableFiles.replace(status(file, "done"), "");
        DurableFiles.delete(status(file, "ready"));
        return true;
    }

    private Path status(String file, String state) {
        return dataDir.resolve("pg_wal").resolve(STATUS).resolve(file + "." + state);
    }

    private static List<String> namesIn(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw DurableFiles.failed("could not list " + directory, e);
        }
    }
}
