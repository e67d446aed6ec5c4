/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * PgBouncer's configuration with what it includes, as far as it says where databases lie.
 *
 * @param files it and all that it includes
 * @param databases every definition with the file that it stands in, in the order in which PgBouncer reads them
 */
record IniFile(Set<Path> files, List<Definition> databases) {
    private static final String INCLUDE = "%include";
    private static final int DEEPEST = 10;

    /** A line below {@code [databases]}. */
    record Definition(String name, Path file) {}

    /**
     * Reads it.
     *
     * @throws UncheckedIOException when it, or what it includes, cannot be read
     */
    static IniFile read(Path ini) {
        IniFile read = new IniFile(new HashSet<>(), new ArrayList<>());
        try {
            read.collect(ini, "", 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return read;
    }

    /** Reads one file; answers the section that it ends in, in which the including file goes on. */
    private String collect(Path file, String section, int depth) throws IOException {
        if (depth > DEEPEST || !files.add(real(file))) {
            return section;
        }
        String current = section;
        for (String raw : Files.readAllLines(file)) {
            String line = raw.strip();
            if (line.startsWith(INCLUDE)) {
                Path other =
                        file.resolveSibling(line.substring(INCLUDE.length()).strip());
                current = collect(other, current, depth + 1);
            } else if (line.startsWith("[") && line.endsWith("]")) {
                current = line.substring(1, line.length() - 1).strip().toLowerCase(Locale.ROOT);
            } else if (current.equals("databases")
                    && !line.isEmpty()
                    && !line.startsWith(";")
                    && !line.startsWith("#")) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    String name = line.substring(0, equals).strip().replace("\"", "");
                    databases.add(new Definition(name, real(file)));
                }
            }
        }
        return current;
    }

    /** The same file by any of its names. */
    static Path real(Path file) throws IOException {
        return Files.exists(file) ? file.toRealPath() : file.toAbsolutePath().normalize();
    }
}
