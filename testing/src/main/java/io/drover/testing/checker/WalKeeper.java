/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.api.Lsn;
import io.drover.testing.checker.Evidence.OldWal;
import io.drover.testing.cluster.DirectoryTree;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the WAL of a server each time that it stops, before anybody can rewind it or let it follow another: what it has committed
 * is read from the copy. The newest copy counts and is the only one that is kept: some hundred megabytes for each stop would fill a disk.
 */
public final class WalKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WalKeeper.class);
    private static final Duration PERIOD = Duration.ofMillis(5);
    private static final Duration END_LIMIT = Duration.ofSeconds(30);

    private final Path dataDirectory;
    private final Path into;
    private final Path beside;
    private final LongPredicate alive;
    private final Thread thread;
    private volatile @Nullable WalCopy newest;
    /** The lowest end of a reign that was asked about. */
    private @Nullable Lsn lowest;

    private volatile boolean running = true;
    private int copies;

    private WalKeeper(Path dataDirectory, Path into, Path beside, LongPredicate alive) {
        this.dataDirectory = dataDirectory;
        this.into = into;
        this.beside = beside;
        this.alive = alive;
        this.thread = new Thread(this::watch, "wal-keeper");
        this.thread.setDaemon(true);
    }

    /**
     * Begins to watch.
     *
     * @param into a directory that does not exist yet
     */
    public static WalKeeper watch(Path dataDirectory, Path into) {
        // links reach no other disk, and each node's directory may lie on one
        Path beside = dataDirectory.resolveSibling("wal-held-" + into.getFileName());
        return watch(dataDirectory, into, beside, ProcessTable::isAlive);
    }

    /**
     * Begins to watch a server whose processes have other numbers here than in their own files.
     *
     * @param beside beginning of the names of directories on the same disk, in which segments are held while they are copied
     * @param alive whether the server runs that has noted this process as its own
     */
    public static WalKeeper watch(Path dataDirectory, Path into, Path beside, LongPredicate alive) {
        WalKeeper keeper = new WalKeeper(dataDirectory, into, beside, alive);
        keeper.thread.start();
        return keeper;
    }

    /** The newest copy; empty when the server has not stopped. */
    public Optional<WalCopy> newest() {
        return Optional.ofNullable(newest);
    }

    /** All commits past the fork in the newest copy, which nothing takes away meanwhile; empty when the server has not stopped. */
    public synchronized Optional<OldWal> commitsPast(Path programs, String node, int timeline, Lsn fork) {
        Lsn known = lowest;
        lowest = known == null || known.atLeast(fork) ? fork : known;
        return newest().map(copy -> copy.commitsPast(programs, node, timeline, fork));
    }

    /** Keeps of the newest copy what {@link #commitsPast} has read, for a person who wants to read it again. */
    public synchronized void keepWhatWasRead() {
        WalCopy copy = newest;
        Lsn from = lowest;
        if (copy != null && from != null) {
            copy.dropBefore(from);
        }
    }

    /** Deletes what was kept. */
    public synchronized void discard() {
        newest = null;
        delete(into);
    }

    /** The copy before is of no use to anybody any more. */
    private synchronized void keep(WalCopy copy) {
        WalCopy before = newest;
        newest = copy;
        if (before != null) {
            delete(before.directory());
        }
    }

    @Override
    public void close() {
        running = false;
        Waiting.until("the keeper of the WAL has ended", END_LIMIT, () -> !thread.isAlive());
    }

    private void watch() {
        OptionalLong seen = OptionalLong.empty();
        while (running) {
            OptionalLong now = postmaster();
            if (seen.isPresent() && !isRunning(seen.orElseThrow())) {
                keep(copy(seen.orElseThrow()));
                seen = OptionalLong.empty();
            } else if (seen.isEmpty() && now.isPresent() && isRunning(now.orElseThrow()) && !follows()) {
                seen = now;
            }
            Waiting.pause(PERIOD);
        }
    }

    private WalCopy copy(long pid) {
        int number = copies++;
        Path target = into.resolve(Integer.toString(number));
        Path held = beside.resolveSibling(beside.getFileName() + "-" + number);
        try {
            // also when nothing can be copied: it is read all the same
            Files.createDirectories(target);
            WalCopy links = WalCopy.hold(dataDirectory, held);
            OptionalLong now = postmaster();
            // what becomes of the directory from here on shows in the segments themselves
            boolean untouched = !follows() && (now.isEmpty() || now.orElseThrow() == pid);
            return (untouched ? links : links.spoiled()).copied(target);
        } catch (IOException e) {
            LOG.warn("the WAL of {} was taken away while it was copied", dataDirectory, e);
            return new WalCopy(target, false);
        } finally {
            delete(held);
        }
    }

    private static void delete(Path held) {
        try {
            DirectoryTree.delete(held);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + held, e);
        }
    }

    /** Whether the directory is a standby's by now. */
    private boolean follows() {
        return Files.exists(dataDirectory.resolve("standby.signal"));
    }

    private OptionalLong postmaster() {
        try {
            return OptionalLong.of(Long.parseLong(Files.readAllLines(dataDirectory.resolve("postmaster.pid"))
                    .get(0)
                    .strip()));
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private boolean isRunning(long pid) {
        return alive.test(pid);
    }
}
