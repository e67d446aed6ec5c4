/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Clock;
import com.codahale.metrics.MetricRegistry;
import io.drover.api.ErrorCode;
import io.drover.api.Move.Phase;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrometheusEndpointTest {
    private final MetricRegistry metrics = new MetricRegistry();
    private final RegistryMoveObserver observer = new RegistryMoveObserver(metrics, Clock.defaultClock());

    @Test
    void showsEveryMoveStepAndCodeAsALabelOfItsFamily() {
        for (String id : new String[] {"abcd1234-0000", "efab5678-0000"}) {
            MoveId move = new MoveId(id);
            observer.stateEntered(move, MoveState.CATCHING_UP);
            observer.lagMeasured(move, 42);
            for (int step : new int[] {10, 110}) {
                observer.stepStarted(move, step);
                observer.stepFinished(move, step);
            }
        }
        observer.failed(ErrorCode.SEAL_FAILED);
        observer.failed(ErrorCode.TIMEOUT);
        observer.pauseMeasured(
                new MoveId("abcd1234-0000"),
                31,
                List.of(new Phase(100, "fence", 4), new Phase(120, "final sync", 27)),
                30.0);

        assertThat(points("drover_move_state")).containsExactly("abcd1234", "efab5678");
        assertThat(points("drover_move_lag_bytes")).containsExactly("abcd1234", "efab5678");
        assertThat(points("drover_step")).containsExactly("10", "110");
        assertThat(points("drover_failures")).containsExactly("SEAL_FAILED", "TIMEOUT");
        assertThat(points("drover_pause_millis")).hasSize(1);
        assertThat(points("drover_last_phase_millis")).containsExactly("fence", "final sync");
        assertThat(points("drover_leader")).hasSize(1);
    }

    @Test
    void countsHowOftenAStepRan() {
        MoveId move = new MoveId("abcd1234-0000");
        observer.stepStarted(move, 110);
        observer.stepFinished(move, 110);

        assertThat(family("drover_step").getDataPoints())
                .singleElement()
                .isInstanceOfSatisfying(SummaryDataPointSnapshot.class, step -> {
                    assertThat(step.getCount()).isEqualTo(1);
                    assertThat(step.getQuantiles().size()).isEqualTo(3);
                });
    }

    private List<String> points(String name) {
        return family(name).getDataPoints().stream()
                .map(point ->
                        point.getLabels().isEmpty() ? "" : point.getLabels().getValue(0))
                .toList();
    }

    private MetricSnapshot family(String name) {
        return PrometheusEndpoint.registry(metrics).scrape().stream()
                .filter(family -> family.getMetadata().getPrometheusName().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
