/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a running server has written to postmaster.pid (PostgreSQL documentation, Database File Layout).
 *
 * @param socketDir its first Unix socket directory
 */
public record PostmasterFile(Path dataDir, int port, Path socketDir) {
    private static final int DATA_DIRECTORY = 1;
    private static final int PORT = 3;
    private static final int SOCKET_DIRECTORY = 4;
    private static final int STATUS = 7;

    static PostmasterFile read(Path dataDir) {
        Path file = dataDir.resolve("postmaster.pid");
        try {
            return parse(Files.readAllLines(file));
        } catch (IOException | IllegalArgumentException e) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    file + " cannot be read: " + e.getMessage(),
                    "start the instance, with a Unix socket, and try again",
                    e);
        }
    }

    /** Whether the postmaster has written that logins are let in; false while it starts and from the first order to stop on. */
    static boolean isReady(Path dataDir) {
        return status(dataDir).equals("ready");
    }

    /** Whether it has come up: ready, or as a standby that lets nobody in. */
    static boolean isUp(Path dataDir) {
        return isReady(dataDir) || status(dataDir).equals("standby");
    }

    private static String status(Path dataDir) {
        try {
            List<String> lines = Files.readAllLines(dataDir.resolve("postmaster.pid"));
            return lines.size() > STATUS ? lines.get(STATUS).strip() : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** The process that a lock file is of, which its first line tells; empty when there is none, or while it is being written. */
    static Optional<Integer> pidIn(Path lock) {
        try {
            String first = Files.readString(lock).lines().findFirst().orElse("").strip();
            return first.isEmpty() ? Optional.empty() : Optional.of(Integer.parseInt(first));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The lock of the socket, which an end in order removes and a killed postmaster leaves. */
    static Optional<Path> socketLock(Path dataDir) {
        try {
            PostmasterFile file = parse(Files.readAllLines(dataDir.resolve("postmaster.pid")));
            return Optional.of(file.socketDir().resolve(".s.PGSQL." + file.port() + ".lock"));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static PostmasterFile parse(List<String> lines) {
        if (lines.size() <= SOCKET_DIRECTORY || lines.get(SOCKET_DIRECTORY).isBlank()) {
            throw new IllegalArgumentException("it names no Unix socket directory");
        }
        return new PostmasterFile(
                Path.of(lines.get(DATA_DIRECTORY).strip()),
                Integer.parseInt(lines.get(PORT).strip()),
                Path.of(lines.get(SOCKET_DIRECTORY).strip()));
    }
}
