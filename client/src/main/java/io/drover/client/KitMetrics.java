/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricFilter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import io.drover.api.TopologyState;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * What a data source tells of itself, each name behind {@code drover.client.<name>.<shard>.}; {@code docs/client-kit.md} explains them.
 * Nothing here is written on the way of a caller who gets a connection at once.
 */
final class KitMetrics implements Gate.Observer, AutoCloseable {
    static final String EPOCH = "epoch";
    static final String STATE = "state";
    static final String CONNECTED = "connected";
    static final String BORROWED = "borrowed";
    static final String WAITING = "waiting";
    static final String HELD = "held";
    static final String PAUSE = "pause";
    static final String WAIT = "wait";
    static final String REFUSED_FULL = "refused.full";
    static final String REFUSED_LATE = "refused.late";
    static final String OUTCOME_UNKNOWN = "outcome.unknown";
    static final String PRIMARY_OPEN = "pool.primary.open";
    static final String PRIMARY_IDLE = "pool.primary.idle";
    static final String TARGET_OPEN = "pool.target.open";
    static final String TARGET_IDLE = "pool.target.idle";
    static final String LOGIN = "login";
    static final String LOGIN_FAILED = "login.failed";
    static final String FILE_FAILED = "file.failed";

    private final MetricRegistry registry;
    private final String prefix;
    private final Timer pause;
    private final Timer wait;
    private final Timer login;
    private final Counter full;
    private final Counter late;
    private final Counter outcomeUnknown;
    private final Counter loginFailed;
    private final Counter fileFailed;

    /**
     * Registers what counts; {@link #gauge} the rest.
     *
     * @throws IllegalArgumentException when the registry has another data source of this name for this shard
     */
    KitMetrics(MetricRegistry registry, String name, String shard) {
        this.registry = registry;
        this.prefix = "drover.client." + name.replace('.', '_') + "." + shard + ".";
        if (registry.getNames().contains(prefix + PAUSE)) {
            throw new IllegalArgumentException("the metrics " + prefix
                    + "* are another data source's: give each one of shard " + shard + " a name of its own");
        }
        this.pause = registry.timer(prefix + PAUSE);
        this.wait = registry.timer(prefix + WAIT);
        this.login = registry.timer(prefix + LOGIN);
        this.full = registry.counter(prefix + REFUSED_FULL);
        this.late = registry.counter(prefix + REFUSED_LATE);
        this.outcomeUnknown = registry.counter(prefix + OUTCOME_UNKNOWN);
        this.loginFailed = registry.counter(prefix + LOGIN_FAILED);
        this.fileFailed = registry.counter(prefix + FILE_FAILED);
    }

    /** Shows a number that changes by itself. */
    void gauge(String name, Supplier<Number> number) {
        registry.register(prefix + name, (Gauge<Number>) number::get);
    }

    /** The number of a state in a gauge. Never changes. */
    static int number(TopologyState state) {
        return switch (state) {
            case SERVING -> 0;
            case FENCED -> 1;
            case PROMOTING -> 2;
            case ABORTING -> 3;
            case UNKNOWN -> -1;
        };
    }

    /** Writes were held so long. */
    void paused(Duration held) {
        pause.update(held);
    }

    @Override
    public void admitted(Duration waited) {
        wait.update(waited);
    }

    @Override
    public void full() {
        full.inc();
    }

    @Override
    public void late() {
        late.inc();
    }

    /** A commit was sent and its outcome is not known. */
    void outcomeUnknown() {
        outcomeUnknown.inc();
    }

    /** A session was opened, which took so long. */
    void loggedIn(Duration took) {
        login.update(took);
    }

    /** A session could not be opened. */
    void loginFailed() {
        loginFailed.inc();
    }

    /** The topology could not be written to its file. */
    void fileFailed() {
        fileFailed.inc();
    }

    @Override
    public void close() {
        registry.removeMatching(MetricFilter.startsWith(prefix));
    }
}
