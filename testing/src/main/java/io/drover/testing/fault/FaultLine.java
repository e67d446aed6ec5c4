/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Scanner;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The harness's side of a process's fault points. The process may die at any time; the line is dead then. */
public final class FaultLine implements AutoCloseable {
    private static final int SECONDS_FOR_ANSWER = 10;

    private final SocketChannel channel;
    private final String process;
    private final Consumer<Hit> listener;
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Map<String, Integer> seen = new ConcurrentHashMap<>();
    private volatile boolean closed;

    private FaultLine(SocketChannel channel, String process, Consumer<Hit> listener) {
        this.channel = channel;
        this.process = process;
        this.listener = listener;
    }

    /** A process is held at its point. */
    public record Hit(String process, String point, long nanos) {}

    /**
     * Connects to a process.
     *
     * @param listener called on the line's own thread as soon as the process is held
     */
    public static FaultLine open(Path temporary, String process, Consumer<Hit> listener) {
        try {
            SocketChannel channel =
                    SocketChannel.open(UnixDomainSocketAddress.of(FaultPost.socketOf(temporary, process)));
            FaultLine line = new FaultLine(channel, process, listener);
            Thread thread = new Thread(line::listen, "fault-line-" + process);
            thread.setDaemon(true);
            thread.start();
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException("no fault post in " + process, e);
        }
    }

    /** Has the process stop when it reaches the point for the nth time from now on. */
    public void arm(String point, int nth) {
        ask("arm " + point + " " + nth);
    }

    /** Takes an order back that has not come about, if the process still hears. */
    void disarmQuietly() {
        try {
            send("disarm");
        } catch (IOException e) {
            closed = true;
        }
    }

    String process() {
        return process;
    }

    /** Lets the process go on. A dead one cannot. */
    public void release() {
        try {
            send("go");
        } catch (IOException e) {
            closed = true;
        }
    }

    /** The points that the process has passed since its start, with how often. */
    Map<String, Integer> seen() {
        seen.clear();
        ask("seen");
        return new TreeMap<>(seen);
    }

    @Override
    public void close() {
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot hang up on " + process, e);
        }
    }

    private void ask(String line) {
        try {
            send(line);
            @Nullable String answer = answers.poll(SECONDS_FOR_ANSWER, TimeUnit.SECONDS);
            if (answer == null) {
                throw new IllegalStateException(process + " does not answer '" + line + "'");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(process + " cannot be asked '" + line + "'", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + process, e);
        }
    }

    private synchronized void send(String line) throws IOException {
        channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    private void listen() {
        try (Scanner lines = new Scanner(Channels.newReader(channel, StandardCharsets.UTF_8))) {
            while (!closed && lines.hasNextLine()) {
                String[] words = lines.nextLine().split(" ");
                switch (words[0]) {
                    case "hit" -> listener.accept(new Hit(process, words[1], Long.parseLong(words[2])));
                    case "seen" -> seen.put(words[1], Integer.parseInt(words[2]));
                    default -> answers.add(words[0]);
                }
            }
        }
    }
}
