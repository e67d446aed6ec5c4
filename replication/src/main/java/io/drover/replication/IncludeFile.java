/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A file of PgBouncer's configuration that one adapter owns: after a power loss it is the old one or the new one, whole. */
public final class IncludeFile implements AutoCloseable {
    private static final String PERMISSIONS = "rw-r--r--";

    private final Path file;
    private final FileChannel lockFile;
    private final FileLock lock;

    private IncludeFile(Path file, FileChannel lockFile, FileLock lock) {
        this.file = file;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * Takes the file for this process, whether it exists or not.
     *
     * @throws DroverException STATE_CONFLICT when another adapter has it, STORAGE_FAILED or POSTGRES_FAILED when its directory cannot be
     *     written to
     */
    @SuppressWarnings("resource") // closed with this object
    public static IncludeFile own(Path file) {
        Path beside = file.resolveSibling(requireNonNull(file.getFileName(), "a file has a name") + ".drover-lock");
        try {
            FileChannel channel = FileChannel.open(beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = lock(channel);
            if (lock == null) {
                channel.close();
                throw new DroverException(
                        ErrorCode.STATE_CONFLICT,
                        "another adapter runs on " + file + "; this one ends and has changed nothing",
                        "one adapter for one include file; end the other first");
            }
            return new IncludeFile(file, channel, lock);
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.STORAGE_FAILED,
                    "the directory of " + file + " cannot be written to: " + e,
                    "let the user that the adapter runs as write there",
                    e);
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Its path. */
    public Path path() {
        return file;
    }

    /** What it says; empty when there is none. */
    public Optional<String> read() {
        return look(file);
    }

    /** The same for whoever only reads it. */
    public static Optional<String> look(Path file) {
        return Files.exists(file) ? Optional.of(DurableFiles.read(file)) : Optional.empty();
    }

    /** Replaces it; holds no secret, and PgBouncer, which may run as another user, can read it. */
    public void replace(String content) {
        DurableFiles.replace(file, content, PERMISSIONS);
    }

    @Override
    public void close() {
        try {
            lock.release();
            lockFile.close();
        } catch (IOException e) {
            throw DurableFiles.failed("could not let go of " + file, e);
        }
    }
}
