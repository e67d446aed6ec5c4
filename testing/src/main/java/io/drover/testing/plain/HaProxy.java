/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.plain;

import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** HAProxy as a child of this process, never as the machine's service. */
public final class HaProxy implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/haproxy");
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Process process;
    private final Path log;

    private HaProxy(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts it; returns when it listens.
     *
     * @param configuration the text of its file
     * @param directory where that file and its log are put
     * @param port on which it shall listen at 127.0.0.1
     */
    public static HaProxy start(String configuration, Path directory, int port) {
        if (!Files.isExecutable(PROGRAM)) {
            throw new IllegalStateException(PROGRAM + " is not there: bin/test installs it (Debian's haproxy)");
        }
        Path file = directory.resolve("haproxy.cfg");
        Path log = directory.resolve("haproxy.log");
        try {
            Files.writeString(file, configuration);
            HaProxy started = new HaProxy(
                    new ProcessBuilder(PROGRAM.toString(), "-db", "-f", file.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start(),
                    log);
            started.awaitListening(port);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + PROGRAM, e);
        }
    }

    private void awaitListening(int port) {
        boolean listens = Waiting.within(LIMIT, () -> !process.isAlive() || listens(port)) && process.isAlive();
        if (!listens) {
            close();
            throw new IllegalStateException("HAProxy does not listen on " + port + ": " + log());
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private List<String> log() {
        try {
            return Files.readAllLines(log);
        } catch (IOException e) {
            return List.of("no log: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        Waiting.until("HAProxy has ended", LIMIT, () -> !process.isAlive());
    }
}
