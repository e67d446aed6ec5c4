/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.metrics;

import com.codahale.metrics.Clock;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.drover.api.ErrorCode;
import io.drover.api.Move.Phase;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps what moves do in a metric registry. Gauges of a move are removed when it ends well or this controller stops leading. */
public final class RegistryMoveObserver implements MoveObserver {
    private final MetricRegistry registry;
    private final Clock clock;
    private final Map<MoveId, Seen> moves = new ConcurrentHashMap<>();
    private volatile boolean leads;
    private volatile @Nullable Double lastPauseMillis;
    private volatile @Nullable Double lastPredictedMillis;
    private volatile List<Phase> lastPhases = List.of();

    public RegistryMoveObserver(MetricRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        registry.registerGauge(MetricNames.LEADER, () -> leads ? 1 : 0);
        registry.registerGauge(MetricNames.LAST_PAUSE_MILLIS, () -> lastPauseMillis);
        registry.registerGauge(MetricNames.LAST_PREDICTED_MILLIS, () -> lastPredictedMillis);
        registry.histogram(MetricNames.PAUSE_MILLIS);
        registry.histogram(MetricNames.DRILL_PAUSE_MILLIS);
        registry.histogram(MetricNames.DRILL_HELD_MILLIS);
        registry.counter(MetricNames.COPIED_BYTES);
        registry.counter(MetricNames.NOT_DRAINED);
    }

    /** What is known of a move; steps of one move run one after the other. */
    private static final class Seen {
        private volatile int step;
        private volatile long stepStart;
        private volatile long bytes;
        private volatile long lag;
        private volatile int state;
    }

    @Override
    public void leading(boolean now) {
        leads = now;
        if (!now) {
            moves.keySet().forEach(this::forget);
        }
    }

    @Override
    public void stateEntered(MoveId move, MoveState state) {
        if (state.isFinal() && state != MoveState.NEEDS_OPERATOR) {
            forget(move);
            return;
        }
        Seen seen = seen(move);
        seen.state = MetricNames.number(state);
        gauge(MetricNames.moveState(move), () -> seen.state);
    }

    @Override
    public void stepStarted(MoveId move, int step) {
        Seen seen = seen(move);
        seen.step = step;
        seen.stepStart = clock.getTick();
    }

    @Override
    public void stepFinished(MoveId move, int step) {
        Seen seen = seen(move);
        if (seen.step == step) {
            registry.timer(MetricNames.step(step)).update(clock.getTick() - seen.stepStart, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void pauseMeasured(MoveId move, double millis, List<Phase> phases, @Nullable Double predictedMillis) {
        lastPauseMillis = millis;
        lastPredictedMillis = predictedMillis;
        lastPhases = List.copyOf(phases);
        phases.forEach(phase -> gauge(MetricNames.lastPhase(phase.name()), () -> lastMillis(phase.name())));
        registry.histogram(MetricNames.PAUSE_MILLIS).update(Math.round(millis));
    }

    private double lastMillis(String phase) {
        return lastPhases.stream()
                .filter(each -> each.name().equals(phase))
                .mapToDouble(Phase::millis)
                .sum();
    }

    @Override
    public void drillMeasured(MoveId move, double pauseMillis, double heldMillis) {
        registry.histogram(MetricNames.DRILL_PAUSE_MILLIS).update(Math.round(pauseMillis));
        registry.histogram(MetricNames.DRILL_HELD_MILLIS).update(Math.round(heldMillis));
    }

    @Override
    public void notDrained(MoveId move, String client) {
        registry.counter(MetricNames.NOT_DRAINED).inc();
    }

    @Override
    public void failed(ErrorCode code) {
        registry.counter(MetricNames.failures(code)).inc();
    }

    @Override
    public void bytesCopied(MoveId move, long bytes) {
        Seen seen = seen(move);
        // a copy that began anew counts from 0 again
        long grown = bytes >= seen.bytes ? bytes - seen.bytes : bytes;
        seen.bytes = bytes;
        registry.counter(MetricNames.COPIED_BYTES).inc(grown);
    }

    @Override
    public void lagMeasured(MoveId move, long bytes) {
        Seen seen = seen(move);
        seen.lag = bytes;
        gauge(MetricNames.lagBytes(move), () -> seen.lag);
    }

    private Seen seen(MoveId move) {
        return moves.computeIfAbsent(move, id -> new Seen());
    }

    private void gauge(String name, Gauge<Number> gauge) {
        registry.gauge(name, () -> gauge);
    }

    private void forget(MoveId move) {
        moves.remove(move);
        registry.remove(MetricNames.moveState(move));
        registry.remove(MetricNames.lagBytes(move));
    }
}
