/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads what this machine is: versions, disk, other managers of PostgreSQL. */
final class LocalNodeFacts {
    private static final Pattern ICU = Pattern.compile("libicui18n\\.so\\.([0-9.]+)");
    private static final List<String> MANAGERS =
            List.of("patroni", "repmgrd", "pg_autoctl", "stolon-keeper", "pgconsul", "pacemakerd", "efm");
    /** Versions by program; they do not change while this process runs, and asking takes a program's start. */
    private static final ConcurrentMap<String, Versions> KNOWN = new ConcurrentHashMap<>();

    private LocalNodeFacts() {}

    private record Versions(int server, String icu) {}

    static NodeFacts read(PostgresBinaries binaries, Path dataRoot) {
        String program = binaries.tool("postgres");
        Versions versions =
                KNOWN.computeIfAbsent(program, path -> new Versions(binaries.version(), icuVersion(Path.of(path))));
        try {
            FileStore disk = Files.getFileStore(dataRoot);
            return new NodeFacts(
                    System.getProperty("os.arch"),
                    LibC.version(),
                    versions.icu(),
                    versions.server(),
                    disk.getUsableSpace(),
                    disk.getTotalSpace(),
                    foreignManagers());
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.INTERNAL, "the file system of " + dataRoot + " cannot be asked: " + e, null, e);
        }
    }

    private static List<String> foreignManagers() {
        return ProcessTable.all().stream()
                .map(ProcessTable::argv)
                .flatMap(argv -> MANAGERS.stream().filter(manager -> runs(argv, manager)))
                .distinct()
                .toList();
    }

    /** A manager is the program itself or the script that an interpreter runs. */
    private static boolean runs(List<String> argv, String manager) {
        return argv.stream()
                .limit(2)
                .map(argument -> argument.substring(argument.lastIndexOf('/') + 1))
                .anyMatch(manager::equals);
    }

    /** Version of the ICU library that a program is linked with; empty without one. The name of the library's file tells it. */
    private static String icuVersion(Path program) {
        try {
            Matcher linked = ICU.matcher(new String(Files.readAllBytes(program), StandardCharsets.ISO_8859_1));
            if (!linked.find()) {
                return "";
            }
            String library = linked.group();
            Matcher exact = ICU.matcher(libraryFile(library).map(Path::toString).orElse(library));
            return exact.find() ? exact.group(1) : linked.group(1);
        } catch (IOException e) {
            return "";
        }
    }

    private static Optional<Path> libraryFile(String name) throws IOException {
        try (Stream<Path> directories = Files.list(Path.of("/usr/lib"))) {
            List<Path> found = Stream.concat(Stream.of(Path.of("/usr/lib"), Path.of("/usr/lib64")), directories)
                    .map(directory -> directory.resolve(name))
                    .filter(Files::exists)
                    .toList();
            return found.isEmpty() ? Optional.empty() : Optional.of(found.get(0).toRealPath());
        }
    }
}
