/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.audit;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Appends each event's message to a file, on its own line. Logback's own file appender neither brings a line to the disk nor tells
 * whoever logs that it could not; here both matter. A file that was renamed away is made anew, so that logrotate needs no signal and
 * no copy.
 */
final class AuditFile extends AppenderBase<ILoggingEvent> {
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<StandardOpenOption> APPEND =
            EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);

    private final Path file;
    private final Marker synced;
    private @Nullable FileChannel channel;
    private @Nullable Object identity;
    private @Nullable Throwable failure;
    private long written;

    /**
     * Makes the appender; {@link #start} opens the file.
     *
     * @param synced on an event: it is on the disk when the call returns
     */
    AuditFile(Path file, Marker synced) {
        this.file = file;
        this.synced = synced;
        setName("audit");
    }

    /** Why the last line is not in the file, or empty when it is. */
    synchronized Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** How many lines it has written. */
    synchronized long written() {
        return written;
    }

    @Override
    public synchronized void start() {
        try {
            open();
            super.start();
        } catch (IOException e) {
            failure = e;
            addError("cannot open " + file, e);
        }
    }

    @Override
    protected synchronized void append(ILoggingEvent event) {
        try {
            FileChannel out = Objects.equals(identity, identityOf(file)) ? channel : null;
            if (out == null || !out.isOpen()) {
                out = open();
            }
            // what a full disk has cut off stays a line of its own
            String text = (failure == null ? "" : "\n") + event.getFormattedMessage() + "\n";
            ByteBuffer line = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (line.hasRemaining()) {
                out.write(line);
            }
            if (event.getMarkerList() != null && event.getMarkerList().contains(synced)) {
                out.force(false);
            }
            failure = null;
            written++;
        } catch (IOException e) {
            failure = e;
            addError("cannot write to " + file, e);
        }
    }

    private FileChannel open() throws IOException {
        closeChannel();
        FileChannel opened = FileChannel.open(file, APPEND, OWNER_ONLY);
        channel = opened;
        identity = identityOf(file);
        return opened;
    }

    private static @Nullable Object identityOf(Path file) throws IOException {
        return Files.exists(file)
                ? Files.readAttributes(file, BasicFileAttributes.class).fileKey()
                : null;
    }

    private void closeChannel() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public synchronized void stop() {
        super.stop();
        try {
            closeChannel();
        } catch (IOException e) {
            addError("cannot close " + file, e);
        }
    }
}
