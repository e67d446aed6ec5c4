/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.api.Lsn;
import io.drover.testing.checker.Evidence.Commit;
import io.drover.testing.checker.Evidence.OldWal;
import io.drover.testing.cluster.Command;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A copy of the WAL of a stopped server.
 *
 * @param directory where the segments lie
 * @param complete whether nobody had touched the WAL before it was copied
 */
public record WalCopy(Path directory, boolean complete) {
    private static final Pattern SEGMENT = Pattern.compile("[0-9A-F]{24}");
    private static final Pattern COMMIT = Pattern.compile(
            "rmgr: Transaction\\s.* tx:\\s*(\\d+), lsn: ([0-9A-F]+/[0-9A-F]+), .*desc: COMMIT(?:_PREPARED (\\d+))?\\b.*");
    private static final long XLOG_ID = 1L << 32;
    /** Digits of a segment's name that tell the timeline; those behind them rise with the LSN. */
    private static final int TIMELINE_DIGITS = 8;

    /**
     * Holds the segments of a data directory under names of its own, so that nobody can take them away.
     *
     * @param beside a directory on the same disk
     */
    static WalCopy hold(Path dataDirectory, Path beside) throws IOException {
        Files.createDirectories(beside);
        for (Path segment : segments(dataDirectory.resolve("pg_wal"))) {
            Files.createLink(beside.resolve(segment.getFileName()), segment);
        }
        return new WalCopy(beside, true);
    }

    /** Makes the held segments a copy and lets go of them; complete when nobody has written into one meanwhile. */
    WalCopy copied(Path into) throws IOException {
        Files.createDirectories(into);
        boolean untouched = complete;
        for (Path held : segments(directory)) {
            FileTime before = Files.getLastModifiedTime(held);
            Files.copy(held, into.resolve(held.getFileName()));
            untouched &= before.equals(Files.getLastModifiedTime(held));
        }
        return new WalCopy(into, untouched);
    }

    /** The same, known to be of no use as a proof. */
    WalCopy spoiled() {
        return new WalCopy(directory, false);
    }

    /**
     * All commits past the fork, read with pg_waldump.
     *
     * @param programs the directory of PostgreSQL's programs
     */
    public OldWal commitsPast(Path programs, String node, int timeline, Lsn fork) {
        Optional<String> first = segmentOf(timeline, fork);
        boolean known = complete && first.isPresent();
        if (first.isEmpty() || !Files.exists(directory.resolve(first.orElseThrow()))) {
            // a WAL that ends exactly on the boundary needs no further segment
            return new OldWal(node, timeline, fork, known, List.of());
        }
        // it ends with an error where the WAL ends, so its exit status tells nothing
        Command.Result dump = Command.run(List.of(
                programs.resolve("pg_waldump").toString(),
                "--path=" + directory,
                "--timeline=" + timeline,
                "--start=" + fork,
                "--rmgr=Transaction"));
        boolean ended = dump.exitCode() == 0
                || dump.output().contains("could not find")
                || dump.output().contains("error in WAL record");
        return new OldWal(node, timeline, fork, known && ended, parse(dump.output()));
    }

    /** Deletes the segments that end at or before the position, of all timelines. */
    void dropBefore(Lsn from) {
        // the timeline's digits are not compared
        segmentOf(1, from).map(name -> name.substring(TIMELINE_DIGITS)).ifPresent(first -> {
            try {
                for (Path segment : segments(directory)) {
                    if (segment.getFileName()
                                    .toString()
                                    .substring(TIMELINE_DIGITS)
                                    .compareTo(first)
                            < 0) {
                        Files.delete(segment);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot delete segments of " + directory, e);
            }
        });
    }

    static List<Commit> parse(String dump) {
        List<Commit> commits = new ArrayList<>();
        dump.lines().forEach(line -> {
            Matcher matcher = COMMIT.matcher(line);
            if (matcher.matches()) {
                String prepared = matcher.group(3);
                commits.add(new Commit(
                        Long.parseLong(prepared == null ? matcher.group(1) : prepared), Lsn.parse(matcher.group(2))));
            }
        });
        return commits;
    }

    private Optional<String> segmentOf(int timeline, Lsn lsn) {
        try {
            List<Path> present = segments(directory);
            if (present.isEmpty()) {
                return Optional.empty();
            }
            long size = Files.size(present.get(0));
            long number = Long.divideUnsigned(lsn.bytes(), size);
            long perId = XLOG_ID / size;
            return Optional.of(String.format(Locale.ROOT, "%08X%08X%08X", timeline, number / perId, number % perId));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    /** A segment that was made ahead and never written to holds no record, and pg_waldump gives up on it. */
    private static boolean isWritten(Path segment) {
        try (InputStream in = Files.newInputStream(segment)) {
            byte[] magic = in.readNBytes(2);
            return magic.length == 2 && (magic[0] != 0 || magic[1] != 0);
        } catch (NoSuchFileException e) {
            // gone meanwhile: whoever copies it finds out
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + segment, e);
        }
    }

    private static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file ->
                            SEGMENT.matcher(file.getFileName().toString()).matches() && isWritten(file))
                    .sorted()
                    .toList();
        }
    }
}
