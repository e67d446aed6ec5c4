/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Clock;
import com.codahale.metrics.MetricRegistry;
import io.drover.api.ErrorCode;
import io.drover.api.Move.Phase;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RegistryMoveObserverTest {
    private static final MoveId MOVE = new MoveId("abcd1234-0000");

    private final AtomicLong ticks = new AtomicLong();
    private final MetricRegistry registry = new MetricRegistry();
    private final RegistryMoveObserver observer = new RegistryMoveObserver(registry, new Clock() {
        @Override
        public long getTick() {
            return ticks.get();
        }
    });

    private Object gauge(String name) {
        return registry.getGauges().get(name).getValue();
    }

    @Test
    void measuresStepsAndPauses() {
        observer.stepStarted(MOVE, 110);
        ticks.addAndGet(TimeUnit.MILLISECONDS.toNanos(12));
        observer.stepFinished(MOVE, 110);
        observer.pauseMeasured(MOVE, 31.2, List.of(new Phase(100, "fence", 31.2)), 25.0);

        assertThat(registry.timer(MetricNames.step(110)).getSnapshot().getMax())
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(12));
        assertThat(gauge(MetricNames.LAST_PAUSE_MILLIS)).isEqualTo(31.2);
        assertThat(gauge(MetricNames.LAST_PREDICTED_MILLIS)).isEqualTo(25.0);
        assertThat(gauge(MetricNames.lastPhase("fence"))).isEqualTo(31.2);
        assertThat(registry.histogram(MetricNames.PAUSE_MILLIS).getCount()).isEqualTo(1);
    }

    @Test
    void showsThePhasesOfTheNewestPauseOnly() {
        observer.pauseMeasured(MOVE, 9, List.of(new Phase(110, "seal", 4), new Phase(110, "stop and tail", 5)), null);
        observer.pauseMeasured(MOVE, 3, List.of(new Phase(110, "seal", 3)), null);

        assertThat(gauge(MetricNames.lastPhase("seal"))).isEqualTo(3.0);
        assertThat(gauge(MetricNames.lastPhase("stop and tail"))).isEqualTo(0.0);
        assertThat(gauge(MetricNames.LAST_PREDICTED_MILLIS)).isNull();
    }

    @Test
    void countsEveryByteOfACopyThatBeginsAnew() {
        observer.bytesCopied(MOVE, 100);
        observer.bytesCopied(MOVE, 150);
        observer.bytesCopied(MOVE, 30);

        assertThat(registry.counter(MetricNames.COPIED_BYTES).getCount()).isEqualTo(180);
    }

    @Test
    void showsStateAndLagWhileAMoveRuns() {
        observer.leading(true);
        observer.stateEntered(MOVE, MoveState.CATCHING_UP);
        observer.lagMeasured(MOVE, 42);
        assertThat(gauge(MetricNames.moveState(MOVE))).isEqualTo(3);
        assertThat(gauge(MetricNames.lagBytes(MOVE))).isEqualTo(42L);

        observer.stateEntered(MOVE, MoveState.COMPLETED);
        assertThat(registry.getGauges()).doesNotContainKeys(MetricNames.moveState(MOVE), MetricNames.lagBytes(MOVE));
        assertThat(gauge(MetricNames.LEADER)).isEqualTo(1);
    }

    @Test
    void forgetsMovesWithTheLeadership() {
        observer.leading(true);
        observer.stateEntered(MOVE, MoveState.NEEDS_OPERATOR);
        assertThat(gauge(MetricNames.moveState(MOVE))).isEqualTo(14);

        observer.leading(false);
        assertThat(gauge(MetricNames.LEADER)).isEqualTo(0);
        assertThat(registry.getGauges()).doesNotContainKey(MetricNames.moveState(MOVE));
    }

    @Test
    void countsFailuresByCode() {
        observer.failed(ErrorCode.SEAL_FAILED);
        observer.failed(ErrorCode.SEAL_FAILED);

        assertThat(registry.counter("drover.failures.SEAL_FAILED").getCount()).isEqualTo(2);
    }

    @Test
    void givesEachStateANumberOfItsOwn() {
        assertThat(Arrays.stream(MoveState.values()).map(MetricNames::number)).doesNotHaveDuplicates();
    }
}
