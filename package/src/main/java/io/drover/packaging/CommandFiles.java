/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.packaging;

import io.drover.daemon.Drover;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import picocli.AutoComplete;
import picocli.CommandLine;

/** Writes what a package has in {@code /usr/share} beside the jars: man pages, the completion of bash, Debian's changelog. */
public final class CommandFiles {
    /** Where a gzip file says how hard it was compressed, and what says "as hard as can be". */
    private static final int EFFORT = 8;

    private static final byte MOST = 2;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", Locale.ENGLISH);

    private final Path share;
    private final String version;
    private final ZonedDateTime time;

    private CommandFiles(Path share, String version, Instant time) {
        this.share = share;
        this.version = version;
        this.time = time.atZone(ZoneOffset.UTC);
    }

    /** Takes the directory to write into, the version, and the time that the build bears. */
    public static void main(String[] arguments) throws IOException {
        new CommandFiles(Path.of(arguments[0]), arguments[1], Instant.parse(arguments[2])).write(Drover.commandLine());
    }

    private void write(CommandLine drover) throws IOException {
        page(drover);
        Path completions = Files.createDirectories(share.resolve("bash-completion/completions"));
        // it is sourced, and Debian wants no interpreter named there
        Files.writeString(
                completions.resolve("drover"),
                AutoComplete.bash("drover", drover).replaceFirst("^#!.*\\R", ""));
        compressed("doc/drover", "changelog", changelog());
    }

    private void page(CommandLine line) throws IOException {
        String name = ManPage.name(line.getCommandSpec()) + ".1";
        compressed("man/man1", name, ManPage.of(line, version, time.toLocalDate()));
        for (CommandLine child : line.getSubcommands().values()) {
            page(child);
        }
    }

    /** Debian wants its own form; what has changed stands in the project's changelog. */
    private String changelog() {
        return """
                drover (%s) unstable; urgency=medium

                  * Built from the sources of this version; CHANGELOG.md there says what is new.

                 -- Drover maintainers <maintainers@drover.invalid>  %s
                """.formatted(version.replace('-', '~'), TIME.format(time));
    }

    private void compressed(String directory, String name, String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Hardest gzip = new Hardest(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        byte[] written = bytes.toByteArray();
        written[EFFORT] = MOST;
        Files.write(Files.createDirectories(share.resolve(directory)).resolve(name + ".gz"), written);
    }

    private static final class Hardest extends GZIPOutputStream {
        Hardest(ByteArrayOutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
