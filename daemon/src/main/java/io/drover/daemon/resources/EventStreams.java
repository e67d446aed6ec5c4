/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.dropwizard.lifecycle.Managed;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.daemon.move.MoveService;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.glassfish.jersey.server.ChunkedOutput;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All open streams of events: keeps them alive and ends them when this controller does not lead any more. */
public final class EventStreams implements Managed {
    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
    private static final int KEEP_ALIVE_SECONDS = 10;
    private static final int SILENCE_TICKS = 3 * KEEP_ALIVE_SECONDS;
    private static final int STOP_MILLIS = 200;
    private static final int BUFFER = 8192;

    private final BooleanSupplier leads;
    private final ExecutorService writers = Executors.newCachedThreadPool(daemons("events"));
    private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor(daemons("events-tick"));
    private final Map<EventStream, AutoCloseable> open = new ConcurrentHashMap<>();
    private final Set<Relay> relays = ConcurrentHashMap.newKeySet();
    private int ticksDone;

    /**
     * Makes the streams' keeper.
     *
     * @param leads whether this controller leads; streams end when it does not, so that their callers find the leader
     */
    public EventStreams(BooleanSupplier leads) {
        this.leads = leads;
    }

    @Override
    public void start() {
        ticks.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public void stop() throws InterruptedException {
        open.keySet().forEach(EventStream::finish);
        ticks.shutdownNow();
        writers.shutdown();
        // relays read from another controller, which may go on sending: they are interrupted
        if (!writers.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS)) {
            writers.shutdownNow();
        }
    }

    /** A stream of what happens to a move after the history line {@code lastNumber}. */
    ChunkedOutput<byte[]> open(MoveService moves, MoveId id, long lastNumber) {
        Move move = moves.get(id);
        EventStream stream = new EventStream(writers);
        // the first bytes send the answer's head, so that the caller knows that it listens
        stream.keepAlive();
        List<Move.HistoryEntry> history = move.history();
        long newest = history.isEmpty() ? 0 : history.get(history.size() - 1).number();
        if (move.state().isFinal() && lastNumber >= newest) {
            // everything was sent to this caller before; nothing would ever come
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("state", move.state());
            data.put(
                    "at",
                    history.isEmpty() ? null : history.get(history.size() - 1).at());
            stream.onEvent("end", newest, data);
            open.put(stream, () -> {});
        } else {
            open.put(stream, moves.listen(id, lastNumber, stream));
        }
        return stream.output();
    }

    /** A stream that repeats what another controller streams. */
    ChunkedOutput<byte[]> relay(InputStream source) {
        ChunkedOutput<byte[]> output = new ChunkedOutput<>(byte[].class);
        Relay relay = new Relay(source);
        relays.add(relay);
        writers.execute(() -> copy(relay, output));
        return output;
    }

    /** A stream from another controller, and whether something has come since the last tick; comments come while nothing happens. */
    private static final class Relay {
        private final InputStream source;
        private volatile boolean heard = true;
        private int silentTicks;

        Relay(InputStream source) {
            this.source = source;
        }

        /** Ends the stream when its controller has long sent nothing: it has vanished without closing the connection. */
        void tick() {
            silentTicks = heard ? 0 : silentTicks + 1;
            heard = false;
            if (silentTicks == SILENCE_TICKS) {
                try {
                    source.close();
                } catch (IOException e) {
                    LOG.debug("a relayed stream of events was closed already", e);
                }
            }
        }
    }

    private void copy(Relay relay, ChunkedOutput<byte[]> output) {
        try (InputStream source = relay.source;
                output) {
            byte[] buffer = new byte[BUFFER];
            for (int length = source.read(buffer); length >= 0 && !output.isClosed(); length = source.read(buffer)) {
                relay.heard = true;
                output.write(Arrays.copyOf(buffer, length));
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("a relayed stream of events has ended", e);
        } finally {
            relays.remove(relay);
        }
    }

    private void tick() {
        relays.forEach(Relay::tick);
        boolean comment = ++ticksDone % KEEP_ALIVE_SECONDS == 0;
        boolean leading = leads.getAsBoolean();
        open.forEach((stream, subscription) -> {
            if (!leading) {
                stream.close();
            }
            if (stream.endedEarlier()) {
                unsubscribe(stream, subscription);
                stream.finish();
            } else if (comment) {
                stream.keepAlive();
            }
        });
    }

    private void unsubscribe(EventStream stream, AutoCloseable subscription) {
        open.remove(stream);
        try {
            subscription.close();
        } catch (Exception e) {
            LOG.warn("cannot end a subscription to events", e);
        }
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger number = new AtomicInteger();
        return runnable -> {
            Thread thread = new Thread(runnable, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
