/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.agent.Reports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the WAL of a stopped server from its disk with pg_waldump. Nothing else tells whether an old primary may follow the
 * new one without a rewind: one record past the fork gives a standby that looks healthy and receives nothing, for ever
 * (hazard H89).
 */
public final class WalAudit {
    /** How pg_waldump says that the WAL ends; anything else may be a disk that cannot be read. */
    private static final Pattern END = Pattern.compile("could not find a valid record after"
            + "|invalid record length|invalid record offset|record with incorrect prev-link|record with invalid length"
            + "|invalid magic number|unexpected pageaddr|out-of-sequence timeline ID|invalid info bits"
            + "|there is no contrecord flag|invalid contrecord|invalid resource manager ID|incorrect resource manager data"
            + "|WAL file is from different database system|contrecord is requested|missing contrecord");

    private static final Pattern MISSING =
            Pattern.compile("could not (?:find|open) file \"([0-9A-F]{24})\": No such file or directory");
    private static final Pattern SEGMENT = Pattern.compile("[0-9A-F]{24}");
    private static final int KEPT_LINES = 20;
    private static final Logger LOG = LoggerFactory.getLogger(WalAudit.class);

    private final PostgresBinaries binaries;
    private final Path dataDir;

    /** For the data directory of a stopped server. */
    public WalAudit(PostgresBinaries binaries, Path dataDir) {
        this.binaries = binaries;
        this.dataDir = dataDir;
    }

    /**
     * What lies at or past the fork. A commit counts as maintenance only when every record of its transaction, before the fork
     * too, is one that maintenance writes; in doubt it is a user's.
     *
     * @throws DroverException POSTGRES_FAILED when the WAL cannot be read, which is not the same as its end
     */
    public Reports.AuditReport audit(int timeline, Lsn fork, Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        int[] records = new int[1];
        List<WalRecord> last = new ArrayList<>();
        List<WalRecord> commits = new ArrayList<>();
        read(timeline, fork, waiting.left(), record -> {
            records[0]++;
            last.clear();
            last.add(record);
            if (record.commit()) {
                commits.add(record);
            }
        });
        Set<Long> users = commits.isEmpty() ? Set.of() : userCommits(timeline, fork, commits, waiting);
        return new Reports.AuditReport(
                records[0],
                users.size(),
                commits.size() - users.size(),
                users.stream().sorted().toList(),
                last.isEmpty() ? null : last.get(0).end(segmentSize()),
                last.isEmpty() ? null : ControlData.read(binaries, dataDir).rewindable());
    }

    /**
     * The records at or past the position: strict mode wants none, and clean-stop the checkpoint that begins there and nothing else.
     * Shows at most {@value #KEPT_LINES} of them.
     */
    public Reports.TailReport tail(int timeline, Lsn lsn, Duration limit) {
        int[] records = new int[1];
        List<String> shown = new ArrayList<>();
        List<WalRecord> last = new ArrayList<>();
        read(timeline, lsn, limit, record -> {
            records[0]++;
            last.clear();
            last.add(record);
            if (shown.size() < KEPT_LINES) {
                shown.add(record.lsn() + " " + record.manager() + " " + record.description());
            }
        });
        Lsn end = last.isEmpty() ? null : last.get(0).end(segmentSize());
        return new Reports.TailReport(records[0], shown, end);
    }

    private Set<Long> userCommits(int timeline, Lsn fork, List<WalRecord> commits, Waiting waiting) {
        Map<Long, Long> parents = new HashMap<>();
        Set<Long> users = new HashSet<>();
        for (WalRecord commit : commits) {
            parents.put(commit.committed(), commit.committed());
            commit.subtransactions().forEach(child -> parents.put(child, commit.committed()));
            if (commit.preparedCommit() || commit.commitTouchesFiles()) {
                users.add(commit.committed());
            }
        }
        Set<Long> known = new HashSet<>();
        // From the oldest segment on: what a transaction wrote before the fork decides too
        read(timeline, oldest(timeline, fork), waiting.left(), record -> {
            Long transaction = parents.get(record.transaction());
            if (transaction == null || record.neutral()) {
                return;
            }
            (record.maintenance() ? known : users).add(transaction);
        });
        commits.stream()
                .map(WalRecord::committed)
                .filter(each -> !known.contains(each))
                .forEach(users::add);
        return users;
    }

    private void read(int timeline, Lsn from, Duration limit, Consumer<WalRecord> reader) {
        if (endsAtBoundary(timeline, from)) {
            return;
        }
        try (WrittenWal wal = WrittenWal.of(dataDir.resolve("pg_wal"))) {
            List<String> argv = List.of(
                    binaries.tool("pg_waldump"),
                    "--path=" + wal.directory(),
                    "--timeline=" + timeline,
                    "--start=" + from);
            Commands.Result result = Commands.stream(
                    Commands.builder(argv, Map.of()),
                    limit,
                    line -> WalRecord.parse(line).ifPresent(reader));
            if (result.exitCode() != 0 && !endsThere(timeline, result.stderr())) {
                throw Commands.failed(argv, result.exitCode(), result.stderr());
            }
        }
    }

    /**
     * Whether the position is a segment's begin and that segment and all later ones were never written. pg_waldump would wait five
     * seconds for it, inside the pause in strict mode.
     */
    private boolean endsAtBoundary(int timeline, Lsn from) {
        WalSegment segment = WalSegment.at(timeline, from, segmentSize());
        return from.equals(segment.start())
                && segments(timeline, segment.fileName()).isEmpty();
    }

    /**
     * Looks where the WAL of a running server ends, as {@link #tail} does, without a program. The server may give a segment another name
     * meanwhile: then that is all.
     */
    void rehearseTail() {
        try (Stream<Path> files = Files.list(dataDir.resolve("pg_wal"))) {
            long size = segmentSize();
            files.flatMap(file -> WalSegment.parse(String.valueOf(file.getFileName()), size).stream())
                    .max(Comparator.comparing(WalSegment::fileName))
                    .ifPresent(last -> endsAtBoundary(last.timeline(), last.start()));
        } catch (IOException | DroverException e) {
            LOG.debug("reading the end of the WAL of {} was not rehearsed", dataDir, e);
        }
    }

    private boolean endsThere(int timeline, String errors) {
        if (saysEnd(errors)) {
            return true;
        }
        Optional<String> missing = missingSegment(errors);
        if (missing.isEmpty()) {
            return false;
        }
        // Past an absent segment nothing may follow, or a part of the WAL is lost and nobody knows what was in it
        String absent = missing.orElseThrow();
        String later = segments(timeline).stream()
                .filter(name -> name.compareTo(absent) > 0)
                .findFirst()
                .orElse("");
        if (!later.isEmpty()) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED,
                    "WAL segment " + absent + " of " + dataDir + " is missing, although " + later + " is there");
        }
        return true;
    }

    /** Whether pg_waldump stopped where the WAL ends. */
    static boolean saysEnd(String errors) {
        return END.matcher(errors).find();
    }

    /** The segment that pg_waldump did not find; a file that is there and cannot be opened is another thing. */
    static Optional<String> missingSegment(String errors) {
        Matcher missing = MISSING.matcher(errors);
        return missing.find() ? Optional.of(missing.group(1)) : Optional.empty();
    }

    /** From the files, which all have this size: strict mode reads the tail inside the pause, without a further program. */
    private long segmentSize() {
        try (Stream<Path> files = Files.list(dataDir.resolve("pg_wal"))) {
            Path any = files.filter(file ->
                            SEGMENT.matcher(String.valueOf(file.getFileName())).matches())
                    .findFirst()
                    .orElseThrow(() -> new DroverException(ErrorCode.POSTGRES_FAILED, dataDir + " holds no WAL"));
            return Files.size(any);
        } catch (IOException e) {
            throw DurableFiles.failed("could not list the WAL of " + dataDir, e);
        }
    }

    private Lsn oldest(int timeline, Lsn fork) {
        long size = segmentSize();
        // Contiguous backwards from the fork, since pg_waldump stops at a gap
        WalSegment segment = WalSegment.at(timeline, fork, size);
        Set<String> present = Set.copyOf(segments(timeline));
        Lsn start = fork;
        for (long number = segment.number(); number >= 0; number--) {
            WalSegment each = new WalSegment(timeline, number, size);
            boolean boundary = number == segment.number() && fork.equals(segment.start());
            if (!boundary && !present.contains(each.fileName())) {
                break;
            }
            start = each.start();
        }
        return start;
    }

    private List<String> segments(int timeline) {
        return segments(timeline, "");
    }

    /** Opens no older ones: there may be thousands, and in strict mode this happens inside the pause. */
    private List<String> segments(int timeline, String first) {
        String prefix = String.format(Locale.ROOT, "%08X", timeline);
        long size = segmentSize();
        try (Stream<Path> files = Files.list(dataDir.resolve("pg_wal"))) {
            return files.filter(file -> {
                        String name = String.valueOf(file.getFileName());
                        return name.startsWith(prefix)
                                && name.compareTo(first) >= 0
                                && WalSegment.parse(name, size)
                                        .filter(segment -> WrittenWal.isWritten(file, segment.start()))
                                        .isPresent();
                    })
                    .map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw DurableFiles.failed("could not list the WAL of " + dataDir, e);
        }
    }
}
