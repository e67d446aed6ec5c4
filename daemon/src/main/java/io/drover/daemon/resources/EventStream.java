/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.Json;
import io.drover.daemon.move.MoveService.MoveListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.glassfish.jersey.server.ChunkedOutput;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One caller's stream of server-sent events. Whoever reports an event only leaves it in a queue; a thread of the pool writes,
 * so that a caller that reads slowly holds up nobody. A caller that falls too far behind is cut off and resumes by its
 * {@code Last-Event-ID}.
 */
final class EventStream implements MoveListener {
    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] END = new byte[0];
    private static final int QUEUE_LIMIT = 10_000;

    private final ChunkedOutput<byte[]> output = new ChunkedOutput<>(byte[].class);
    private final Executor writers;
    private final Queue<byte[]> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicBoolean writing = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicBoolean finished = new AtomicBoolean();
    private boolean seenEnded;

    EventStream(Executor writers) {
        this.writers = writers;
    }

    ChunkedOutput<byte[]> output() {
        return output;
    }

    boolean isOpen() {
        return !ended.get() && !output.isClosed();
    }

    @Override
    public void onEvent(String name, long number, Object data) {
        if (ended.get()) {
            return;
        }
        send(format(name, number, data));
        if (name.equals("end")) {
            close();
        }
    }

    /** Sends a comment, which keeps the connection open and finds out whether the caller has gone. */
    void keepAlive() {
        send(COMMENT);
    }

    /** Takes no more events: the caller is to see the end of the stream soon. */
    void close() {
        ended.set(true);
    }

    /**
     * Whether it had ended when this was asked before. An output that is closed while its request is still being answered for the
     * first time leaves the connection open for ever; so its keeper, who asks once a second, lets one second pass.
     */
    boolean endedEarlier() {
        boolean before = seenEnded;
        seenEnded = !isOpen();
        return before;
    }

    /** Ends the stream after what was reported so far. */
    void finish() {
        ended.set(true);
        if (finished.compareAndSet(false, true)) {
            enqueue(END);
        }
    }

    /** One event in the form of the HTML standard's section 9.2; JSON holds no line breaks. */
    static byte[] format(String name, long number, Object data) {
        String id = number > 0 ? "id: " + number + "\n" : "";
        String json = new String(Json.bytes(data), StandardCharsets.UTF_8);
        return ("event: " + name + "\n" + id + "data: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private void send(byte[] chunk) {
        if (queued.get() >= QUEUE_LIMIT) {
            LOG.warn("a reader of events does not keep up and is cut off");
            queue.clear();
            close();
        } else if (!ended.get()) {
            enqueue(chunk);
        }
    }

    private void enqueue(byte[] chunk) {
        queued.incrementAndGet();
        queue.add(chunk);
        if (writing.compareAndSet(false, true)) {
            writers.execute(this::write);
        }
    }

    private void write() {
        do {
            for (byte[] chunk = queue.poll(); chunk != null; chunk = queue.poll()) {
                queued.decrementAndGet();
                write(chunk);
            }
            writing.set(false);
            // an event that came between the last poll and the line above found `writing` set
        } while (!queue.isEmpty() && writing.compareAndSet(false, true));
    }

    private void write(byte[] chunk) {
        try {
            if (chunk == END) {
                output.close();
            } else if (!output.isClosed()) {
                output.write(chunk);
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("a reader of events has gone", e);
            ended.set(true);
            closeQuietly();
        }
    }

    private void closeQuietly() {
        try {
            output.close();
        } catch (IOException | RuntimeException e) {
            LOG.debug("its connection was closed already", e);
        }
    }
}
