/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.Move;
import io.drover.api.Move.HistoryEntry;
import io.drover.api.Move.Lag;
import io.drover.api.Move.Progress;
import io.drover.api.MoveState;
import io.drover.daemon.move.MoveService.MoveListener;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what happens to one move. The executor has one thread, so that a listener sees events one at a time and in
 * order, and never holds up the driver.
 */
final class EventFeed {
    private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);

    private final Executor executor;
    private final Clock clock;
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();

    EventFeed(Executor executor, Clock clock) {
        this.executor = executor;
        this.clock = clock;
    }

    /** Confined to the executor's thread, but for being removed. */
    private static final class Subscription {
        private final MoveListener listener;
        private long newest;
        /** Until then what is recorded is left to the replay, which reads it: told at once it would hide the lines before it. */
        private boolean replayed;

        Subscription(MoveListener listener, long newest) {
            this.listener = listener;
            this.newest = newest;
        }
    }

    /**
     * Adds a listener: it first gets the stored lines after {@code lastNumber}.
     *
     * @param history reads the stored lines after {@code lastNumber}
     */
    AutoCloseable listen(long lastNumber, MoveListener listener, Supplier<List<HistoryEntry>> history) {
        Subscription subscription = new Subscription(listener, lastNumber);
        subscriptions.add(subscription);
        executor.execute(() -> replay(subscription, history.get()));
        return () -> subscriptions.remove(subscription);
    }

    /** A final state in the middle is one that a person has led the move out of: only the newest line can be the end. */
    private void replay(Subscription subscription, List<HistoryEntry> lines) {
        subscription.replayed = true;
        for (int i = 0; i < lines.size(); i++) {
            send(subscription, lines.get(i), i == lines.size() - 1);
        }
    }

    void recorded(List<HistoryEntry> entries) {
        executor.execute(() -> entries.forEach(entry -> subscriptions.stream()
                .filter(subscription -> subscription.replayed)
                .forEach(subscription -> send(subscription, entry, true))));
    }

    void progress(Progress progress) {
        publish("progress", progress);
    }

    void lag(Lag lag) {
        publish("lag", lag);
    }

    private void publish(String name, Object value) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put(name, value);
        data.put("at", clock.instant());
        executor.execute(() -> subscriptions.forEach(subscription -> send(subscription, name, 0, data)));
    }

    private void send(Subscription subscription, HistoryEntry entry, boolean newest) {
        if (entry.number() <= subscription.newest) {
            return;
        }
        subscription.newest = entry.number();
        MoveState state = entry.state();
        Map<String, Object> data = new LinkedHashMap<>();
        if (state != null) {
            data.put("state", state);
        }
        data.put("step", new Move.Step(entry.step(), MoveSteps.nameOf(entry.step()), entry.at()));
        data.put("event", entry.event());
        data.put("at", entry.at());
        send(subscription, state == null ? "step" : "state", entry.number(), data);
        if (newest && state != null && state.isFinal()) {
            send(subscription, "end", 0, data);
        }
    }

    private void send(Subscription subscription, String name, long number, Object data) {
        try {
            subscription.listener.onEvent(name, number, data);
        } catch (RuntimeException e) {
            // a listener that cannot take events any more has gone away
            LOG.debug("listener dropped", e);
            subscriptions.remove(subscription);
        }
    }
}
