/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.Waterfall;
import io.drover.api.Move;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The content of the file that {@code --json} names.
 *
 * @param ok whether every switch that was asked for was made under load and measured
 * @param missing peers that this version does not measure, or that this machine lacks
 * @param problems what went wrong; empty when every switch was measured
 */
record SwitchoverReport(
        boolean ok, List<Measured> series, List<String> missing, int writers, long rows, List<String> problems) {
    private static final List<String> NOT_MEASURED = List.of("patroni", "pg_auto_failover", "repmgr");

    /**
     * One series.
     *
     * @param gapsMillis for each switch the longest time between two acknowledged writes of all clients together
     * @param worstClientMillis for each switch the longest of any one client
     * @param errors calls of the application that ended with an exception
     * @param vacuous switches with too little load to prove anything; they are in none of the lists
     * @param writesPerSecondBefore for each switch, in the two seconds before it
     * @param writePauseMillis for each switch the pause as Drover measured it; empty without Drover
     * @param phases medians of Drover's phases
     */
    record Measured(
            String name,
            String client,
            String mode,
            List<Double> gapsMillis,
            List<Double> worstClientMillis,
            long errors,
            int vacuous,
            List<Double> writesPerSecondBefore,
            List<Double> writePauseMillis,
            List<Move.Phase> phases) {
        static Measured of(SeriesResult result) {
            return new Measured(
                    result.series().product(),
                    result.series().client(),
                    result.series().mode(),
                    result.gapsMillis(),
                    result.worstClientMillis(),
                    result.errors(),
                    result.vacuous(),
                    result.switches().stream()
                            .map(each -> each.pauses().writesPerSecondBefore())
                            .toList(),
                    result.writePausesMillis(),
                    Waterfall.ofMedians(result.switches().stream().map(Switch::phases).toList()));
        }
    }

    static SwitchoverReport of(List<SeriesResult> results, SwitchoverOptions options, List<String> problems) {
        return new SwitchoverReport(
                problems.isEmpty()
                        && results.stream().allMatch(result -> result.switches().size() == options.runs()),
                results.stream().map(Measured::of).toList(),
                NOT_MEASURED,
                options.writers(),
                options.rows(),
                List.copyOf(problems));
    }

    /** The distributions, for a picture. */
    Map<String, List<Double>> distributions() {
        Map<String, List<Double>> all = new LinkedHashMap<>();
        for (Measured each : series) {
            String title = Series.title(each.name(), each.client(), each.mode());
            all.put(title + ", all clients", each.gapsMillis());
            all.put(title + ", worst client", each.worstClientMillis());
        }
        return all;
    }
}
