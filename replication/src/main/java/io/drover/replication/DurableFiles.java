/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Files that are there after a power loss, or not at all. */
final class DurableFiles {
    private static final String OWNER_ONLY = "rw-------";
    private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY = PosixFilePermissions.fromString("rwx------");

    private DurableFiles() {}

    /** Replaces a file by rename; only its owner may read it. */
    static void replace(Path file, String content) {
        replace(file, content, OWNER_ONLY);
    }

    /** The same with permissions of the caller's choice, whatever the process's mask is. */
    static void replace(Path file, String content, String permissions) {
        Set<PosixFilePermission> wanted = PosixFilePermissions.fromString(permissions);
        Path temporary = file.resolveSibling(file.getFileName() + ".drover-new");
        try {
            Files.deleteIfExists(temporary);
            Files.createFile(temporary, PosixFilePermissions.asFileAttribute(wanted));
            Files.setPosixFilePermissions(temporary, wanted);
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    // a disk that is nearly full takes a part
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncParent(file);
        } catch (IOException e) {
            throw failed("could not write " + file, e);
        }
    }

    /** Renames within a file system. The target must not exist. */
    static void rename(Path from, Path to) {
        if (Files.exists(to)) {
            throw new DroverException(ErrorCode.STATE_CONFLICT, from + " is not renamed, because " + to + " exists");
        }
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            syncParent(to);
        } catch (IOException e) {
            throw failed("could not rename " + from + " to " + to, e);
        }
    }

    /** Makes a file's entry in its directory durable. */
    private static void syncParent(Path file) throws IOException {
        sync(requireNonNull(file.toAbsolutePath().getParent(), "the root directory has no parent"));
    }

    /** Makes the entries of a directory durable. */
    static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Makes it with what is above it, when it is missing; others may look into it. */
    static void makeDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw failed("cannot make the directory " + directory, e);
        }
    }

    static void createDirectory(Path directory) {
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY_DIRECTORY));
            }
        } catch (IOException e) {
            throw failed("could not make directory " + directory, e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw failed("could not read " + file, e);
        }
    }

    static boolean delete(Path file) {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failed("could not delete " + file, e);
        }
    }

    /** Deletes a directory with what is in it; follows no link. */
    static void deleteTree(Path directory) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(directory)) {
            List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.delete(path);
            }
        } catch (IOException | UncheckedIOException e) {
            throw failed("could not delete " + directory, e);
        }
    }

    /** Bytes in files below a directory, as far as they can be read; tablespaces behind links count. */
    static long size(Path directory) {
        long total = ownSize(directory);
        try (Stream<Path> links = Files.list(directory.resolve("pg_tblspc"))) {
            for (Path link : links.toList()) {
                total += ownSize(link.toRealPath());
            }
        } catch (IOException e) {
            return total;
        }
        return total;
    }

    static DroverException failed(String what, Exception cause) {
        return new DroverException(Storage.codeOf(cause.toString()), what + ": " + cause, null, cause);
    }

    private static long ownSize(Path directory) {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        FileSizes sizes = new FileSizes();
        try {
            Files.walkFileTree(directory, sizes);
        } catch (IOException e) {
            return sizes.total();
        }
        return sizes.total();
    }
}
