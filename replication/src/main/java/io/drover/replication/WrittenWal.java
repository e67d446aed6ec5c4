/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.Lsn;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The segments of a WAL directory that something was written to. A server makes segments ahead, full of zeros, and one that is
 * stopped in the middle leaves them so. No record can lie in one: its first page would have a header. But pg_waldump takes the size of
 * segments from the first file that the directory happens to list, and gives up on such a one.
 *
 * @param directory the WAL's own where every segment was written to, else one with links to those that were
 * @param links what to remove afterwards
 */
record WrittenWal(Path directory, List<Path> links) implements AutoCloseable {
    private static final String SEGMENT = "[0-9A-F]{24}";
    private static final int ADDRESS_AT = 8;

    static WrittenWal of(Path wal) {
        List<Path> written = new ArrayList<>();
        boolean all = true;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(wal)) {
            for (Path file : files) {
                if (String.valueOf(file.getFileName()).matches(SEGMENT)) {
                    boolean used = isWritten(file);
                    all &= used;
                    if (used) {
                        written.add(file);
                    }
                }
            }
            return all ? new WrittenWal(wal, List.of()) : link(written);
        } catch (IOException e) {
            throw DurableFiles.failed("could not look through the WAL in " + wal, e);
        }
    }

    /** Whether the first page has a header, which begins with a number that is not zero. */
    static boolean isWritten(Path segment) {
        try (InputStream in = Files.newInputStream(segment)) {
            byte[] magic = in.readNBytes(2);
            return magic.length == 2 && (magic[0] != 0 || magic[1] != 0);
        } catch (IOException e) {
            throw DurableFiles.failed("could not read " + segment, e);
        }
    }

    /**
     * Whether a segment of this begin was written there. A server also makes segments ahead by giving a new name to an old one, whose
     * first page still has its former address (PostgreSQL's sources, xlog_internal.h: XLogPageHeaderData).
     */
    static boolean isWritten(Path segment, Lsn start) {
        try (InputStream in = Files.newInputStream(segment)) {
            byte[] header = in.readNBytes(ADDRESS_AT + Long.BYTES);
            return header.length == ADDRESS_AT + Long.BYTES
                    && ByteBuffer.wrap(header).order(ByteOrder.nativeOrder()).getLong(ADDRESS_AT) == start.bytes()
                    && (header[0] != 0 || header[1] != 0);
        } catch (IOException e) {
            throw DurableFiles.failed("could not read " + segment, e);
        }
    }

    /**
     * Removes the segments of a stopped server that were made ahead of its fork and never written: as a standby it makes the next ones
     * under another timeline, and its promotion would take these away one by one. A file of another size than segments have is left to
     * whoever knows why.
     *
     * @param segmentSize bytes, as the control file tells
     */
    static void removeAhead(Path wal, Lsn fork, long segmentSize) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(wal)) {
            for (Path file : files) {
                Optional<Lsn> start = WalSegment.parse(String.valueOf(file.getFileName()), segmentSize)
                        .map(WalSegment::start)
                        .filter(each -> each.atLeast(fork));
                if (start.isPresent() && Files.size(file) == segmentSize && !isWritten(file, start.orElseThrow())) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw DurableFiles.failed("could not clear the WAL in " + wal, e);
        }
    }

    private static WrittenWal link(List<Path> written) throws IOException {
        Path directory = Files.createTempDirectory("drover-wal-");
        List<Path> links = new ArrayList<>();
        for (Path file : written) {
            links.add(Files.createSymbolicLink(
                    directory.resolve(String.valueOf(file.getFileName())), file.toAbsolutePath()));
        }
        return new WrittenWal(directory, List.copyOf(links));
    }

    @Override
    public void close() {
        if (links.isEmpty()) {
            return;
        }
        try {
            for (Path link : links) {
                Files.deleteIfExists(link);
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw DurableFiles.failed("could not remove " + directory, e);
        }
    }
}
