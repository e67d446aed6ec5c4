/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.metrics;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Snapshot;
import com.codahale.metrics.Timer;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;

/** The metrics whose last part is a label: one family of each. The library's own mapping of labels refuses a second label of a name. */
final class LabelledMetrics implements MultiCollector {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private static final List<String> FAMILIES = List.of(
            MetricNames.MOVE_STATE,
            MetricNames.LAG_BYTES,
            MetricNames.STEP,
            MetricNames.LAST_PHASE_MILLIS,
            MetricNames.FAILURES);

    private final MetricRegistry registry;

    LabelledMetrics(MetricRegistry registry) {
        this.registry = registry;
    }

    /** Whether a metric is shown here, and so nowhere else. */
    static boolean isOne(String name) {
        return FAMILIES.stream().anyMatch(family -> name.startsWith(family + '.'));
    }

    @Override
    public MetricSnapshots collect() {
        return new MetricSnapshots(
                gauges(MetricNames.MOVE_STATE, "move", "number of a move's state"),
                gauges(MetricNames.LAG_BYTES, "move", "bytes that a target's replay is behind"),
                gauges(MetricNames.LAST_PHASE_MILLIS, "phase", "phases of the newest write pause, in milliseconds"),
                steps(),
                failures());
    }

    private GaugeSnapshot gauges(String family, String label, String help) {
        GaugeSnapshot.Builder gauges =
                GaugeSnapshot.builder().name(shown(family)).help(help);
        members(registry.getGauges(), family)
                .forEach((name, gauge) -> gauges.dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(Labels.of(label, label(family, name)))
                        .value(number(gauge))
                        .build()));
        return gauges.build();
    }

    private SummarySnapshot steps() {
        SummarySnapshot.Builder steps =
                SummarySnapshot.builder().name(shown(MetricNames.STEP)).help("how long a step ran, in seconds");
        members(registry.getTimers(), MetricNames.STEP).forEach((name, timer) -> steps.dataPoint(step(name, timer)));
        return steps.build();
    }

    private CounterSnapshot failures() {
        CounterSnapshot.Builder failures =
                CounterSnapshot.builder().name(shown(MetricNames.FAILURES)).help("failures of steps and moves");
        members(registry.getCounters(), MetricNames.FAILURES)
                .forEach((name, counter) -> failures.dataPoint(failure(name, counter)));
        return failures.build();
    }

    private static CounterDataPointSnapshot failure(String name, Counter counter) {
        return CounterDataPointSnapshot.builder()
                .labels(Labels.of("code", label(MetricNames.FAILURES, name)))
                .value(counter.getCount())
                .build();
    }

    private static SummaryDataPointSnapshot step(String name, Timer timer) {
        Snapshot times = timer.getSnapshot();
        return SummaryDataPointSnapshot.builder()
                .labels(Labels.of("step", label(MetricNames.STEP, name)))
                .count(timer.getCount())
                .quantiles(Quantiles.of(
                        new Quantile(0.5, times.getMedian() / NANOS_PER_SECOND),
                        new Quantile(0.99, times.get99thPercentile() / NANOS_PER_SECOND),
                        new Quantile(1, times.getMax() / NANOS_PER_SECOND)))
                .build();
    }

    private static double number(Gauge<?> gauge) {
        return gauge.getValue() instanceof Number value ? value.doubleValue() : Double.NaN;
    }

    private static <M extends Metric> SortedMap<String, M> members(SortedMap<String, M> all, String family) {
        // '/' is the character behind '.'
        return all.subMap(family + '.', family + '/');
    }

    private static String label(String family, String name) {
        return name.substring(family.length() + 1);
    }

    private static String shown(String name) {
        return name.replace('.', '_');
    }
}
