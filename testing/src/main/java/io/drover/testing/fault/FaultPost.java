/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.api.fault.FaultPoint;
import io.drover.api.fault.FaultPoints;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Queue;
import java.util.Scanner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The process's side of a fault point: tells the harness, over a Unix socket, that the process has reached the point it asked
 * for, and holds the thread there until it is let go. The protocol is lines: {@code arm POINT NTH}, {@code disarm}, {@code go},
 * {@code seen}; back come {@code ok}, {@code hit POINT NANOS} and the points passed so far.
 */
public final class FaultPost implements FaultPoints.Listener {
    /** A harness that has died must not hold a process for ever. */
    private static final int MOST_SECONDS_HELD = 60;

    private final Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Armed> armed = new AtomicReference<>();
    /** The first to be let go first. */
    private final Queue<Armed> held = new ConcurrentLinkedQueue<>();

    private volatile @Nullable SocketChannel harness;

    private FaultPost() {}

    private record Armed(String point, AtomicInteger left, CountDownLatch released) {}

    /** Where the socket of a process lies. */
    public static Path socketOf(Path temporary, String id) {
        return temporary.resolve(id + ".fault");
    }

    /** Arms the process's points and listens for the harness, for as long as the process lives; a test may end it. */
    public static AutoCloseable open(Path socket) throws IOException {
        FaultPost post = new FaultPost();
        Files.deleteIfExists(socket);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        // whoever may enter the cluster's directory may ask
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxrwx"));
        AutoCloseable armed = FaultPoints.arm(post);
        Thread thread = new Thread(() -> post.serve(server), "fault-post");
        thread.setDaemon(true);
        thread.start();
        return () -> {
            armed.close();
            server.close();
        };
    }

    @Override
    public void reached(FaultPoint point) {
        String name = point.toString();
        seen.computeIfAbsent(name, key -> new AtomicInteger()).incrementAndGet();
        Armed now = armed.get();
        if (now == null || !now.point().equals(name) || now.left().decrementAndGet() != 0) {
            return;
        }
        armed.set(null);
        held.add(now);
        System.out.println("fault point " + name + " reached: held until the harness lets go");
        say("hit " + name + " " + System.nanoTime());
        try {
            if (!now.released().await(MOST_SECONDS_HELD, TimeUnit.SECONDS)) {
                System.out.println("fault point " + name + ": nobody let go");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            held.remove(now);
        }
    }

    private void serve(ServerSocketChannel server) {
        while (server.isOpen()) {
            try (SocketChannel channel = server.accept();
                    Scanner lines = new Scanner(Channels.newReader(channel, StandardCharsets.UTF_8))) {
                harness = channel;
                while (lines.hasNextLine()) {
                    answer(lines.nextLine().split(" "));
                }
            } catch (IOException e) {
                System.out.println("fault post: " + e);
            }
        }
    }

    private void answer(String[] words) {
        switch (words[0]) {
            case "arm" -> {
                armed.set(new Armed(words[1], new AtomicInteger(Integer.parseInt(words[2])), new CountDownLatch(1)));
                say("ok");
            }
            // nobody waits for an answer, here and below
            case "disarm" -> armed.set(null);
            case "go" -> {
                // not what has been armed since
                Armed first = held.poll();
                if (first != null) {
                    first.released().countDown();
                }
            }
            case "seen" -> {
                seen.forEach((point, times) -> say("seen " + point + " " + times));
                say("ok");
            }
            default -> throw new IllegalArgumentException("not understood: " + words[0]);
        }
    }

    private synchronized void say(String line) {
        SocketChannel channel = harness;
        try {
            if (channel != null) {
                channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
            }
        } catch (IOException e) {
            System.out.println("fault post: cannot say '" + line + "': " + e);
        }
    }
}
