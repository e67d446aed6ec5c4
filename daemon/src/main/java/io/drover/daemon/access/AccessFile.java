/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access file, which is read again when it has changed. A file that is broken, gone, written by others than its owner, or that of
 * anybody but root and this process's user changes nothing: what was read last holds, and the log and the health check say so until it is mended.
 */
public final class AccessFile implements Callers {
    private static final Logger LOG = LoggerFactory.getLogger(AccessFile.class);
    private static final String UID = "unix:uid";
    private static final long LONGEST = 4 * 1024 * 1024;

    private final Path file;
    private final long recheckNanos;
    private volatile AccessList list;
    private volatile @Nullable String broken;
    private byte[] seen;
    private long checkedAt = System.nanoTime();

    /**
     * Reads it for the first time.
     *
     * @param recheck how long an answer may rest on what was read before
     * @throws IllegalArgumentException when it is broken: a controller without a list lets nobody in, and had better say so at its start
     */
    public AccessFile(Path file, Duration recheck) {
        this.file = file;
        this.recheckNanos = recheck.toNanos();
        try {
            this.seen = content();
            this.list = AccessList.parse(seen);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException("the access file " + file + " cannot be used: " + reason(e), e);
        }
        LOG.info("{} names {} callers", file, list.size());
    }

    /**
     * Looks through the text of an access file.
     *
     * @throws IllegalArgumentException when it is broken
     */
    public static void check(String text) {
        AccessList.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Optional<Caller> find(@Nullable String authorization, Optional<String> certificate) {
        refresh();
        return list.find(authorization, certificate);
    }

    /** Why the newest file is not the one that holds, or empty when it is. */
    public Optional<String> broken() {
        refresh();
        return Optional.ofNullable(broken);
    }

    private synchronized void refresh() {
        long now = System.nanoTime();
        if (now - checkedAt < recheckNanos) {
            return;
        }
        checkedAt = now;
        try {
            byte[] content = content();
            if (Arrays.equals(content, seen)) {
                told(null);
                return;
            }
            list = AccessList.parse(content);
            seen = content;
            LOG.info("{} was read again and names {} callers", file, list.size());
            told(null);
        } catch (IOException | IllegalArgumentException e) {
            told(reason(e));
        }
    }

    private void told(@Nullable String why) {
        if (why != null && !why.equals(broken)) {
            LOG.error("{} cannot be used: {}. What was read before goes on to hold; mend the file", file, why);
        } else if (why == null && broken != null) {
            LOG.info("{} is in order again", file);
        }
        broken = why;
    }

    private byte[] content() throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IllegalArgumentException(
                    "others than its owner may write it, and with it give themselves every right: chmod go-w");
        }
        stranger((int) Files.getAttribute(file, UID), (int) Files.getAttribute(Path.of("/proc/self"), UID))
                .ifPresent(why -> {
                    throw new IllegalArgumentException(why);
                });
        if (Files.size(file) > LONGEST) {
            throw new IllegalArgumentException("it is longer than " + LONGEST + " bytes");
        }
        return Files.readAllBytes(file);
    }

    /** Why the owner may not be the one of this file; empty when he may. */
    static Optional<String> stranger(int owner, int own) {
        return owner == 0 || owner == own
                ? Optional.empty()
                : Optional.of("it belongs to user " + owner + ", who could with it give themselves every right:"
                        + " chown it to root or to this controller's user");
    }

    private static String reason(Exception failure) {
        return failure instanceof IllegalArgumentException ? String.valueOf(failure.getMessage()) : failure.toString();
    }
}
