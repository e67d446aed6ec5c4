/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.api.Move;
import io.drover.bench.Goal;
import io.drover.bench.Spread;
import io.drover.bench.Waterfall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content of the file that {@code --json} names.
 *
 * @param ok whether every switch that was asked for was made under load and measured
 * @param predictions how well Drover told its pauses beforehand
 * @param ratios how many times as long one is as another
 * @param goals what was wanted, and whether this run has shown it; has nothing to do with {@code ok}
 * @param missing peers that were not asked for, peers that could not be measured, with the reason, and what the profile lacks
 * @param instances on the node that the shard begins on
 * @param profile the machines and the network
 * @param settings of the instances that differ from PostgreSQL's defaults
 * @param problems what went wrong; empty when every switch was measured
 */
record SwitchoverReport(
        boolean ok,
        List<Measured> series,
        Predictions predictions,
        Ratios ratios,
        List<Goal> goals,
        List<String> missing,
        int writers,
        long rows,
        int instances,
        String profile,
        Map<String, String> settings,
        List<String> problems) {
    /**
     * One series under some conditions. Lists have an element for each switch that was not vacuous.
     *
     * @param load what else the shard had to bear
     * @param sessions connections of the application
     * @param gapsMillis for each switch the longest time between two acknowledged writes of all clients together
     * @param worstClientMillis for each switch the longest of any one client
     * @param backTo90Millis for each switch the time from the fence until they wrote at 90 % of the rate before; null when that was
     *     not seen
     * @param errors calls of the application that ended with an exception
     * @param vacuous switches with too little load to prove anything; they are in none of the lists
     * @param writesPerSecondBefore for each switch, in the two seconds before it
     * @param writePauseMillis for each switch the pause as Drover measured it; null without Drover
     * @param predictedMillis for each switch what Drover had told of it before; null when it did not
     * @param moveMedianMillis the median of {@code worstClientMillis} over Drover's moves; null when there was none
     * @param rollbackMedianMillis the same over their rollbacks
     * @param phases medians of Drover's phases
     */
    record Measured(
            String name,
            String client,
            String mode,
            String load,
            int sessions,
            List<Double> gapsMillis,
            List<Double> worstClientMillis,
            List<@Nullable Double> backTo90Millis,
            long errors,
            int vacuous,
            List<Double> writesPerSecondBefore,
            List<@Nullable Double> writePauseMillis,
            List<@Nullable Double> predictedMillis,
            @Nullable Double moveMedianMillis,
            @Nullable Double rollbackMedianMillis,
            List<Move.Phase> phases) {
        /** As a person reads it. */
        String title() {
            return Series.title(name, client, mode) + "; " + load + ", " + sessions
                    + (sessions == 1 ? " session" : " sessions");
        }

        static Measured of(SeriesResult result) {
            return new Measured(
                    result.series().product(),
                    result.series().client(),
                    result.series().mode(),
                    result.conditions().load().key(),
                    result.conditions().sessions(),
                    result.gapsMillis(),
                    result.worstClientMillis(),
                    result.backTo90Millis(),
                    result.errors(),
                    result.vacuous(),
                    result.switches().stream()
                            .map(each -> each.pauses().writesPerSecondBefore())
                            .toList(),
                    result.of(Switch::writePauseMillis),
                    result.of(Switch::predictedMillis),
                    median(result, Switch.Kind.MOVE),
                    median(result, Switch.Kind.ROLLBACK),
                    Waterfall.ofMedians(
                            result.switches().stream().map(Switch::phases).toList()));
        }

        private static @Nullable Double median(SeriesResult result, Switch.Kind kind) {
            Spread spread = result.worstClient(kind);
            return spread.size() == 0 ? null : spread.median();
        }
    }

    static SwitchoverReport of(
            List<SeriesResult> results, SwitchoverOptions options, Others others, List<String> problems) {
        return new SwitchoverReport(
                problems.isEmpty()
                        && others.isWhole()
                        && results.stream().allMatch(result -> result.switches().size() == options.runs()),
                results.stream().map(Measured::of).toList(),
                Predictions.of(results),
                Ratios.of(results),
                SwitchoverGoals.judge(results, options),
                missing(options, others),
                options.writers(),
                options.rows(),
                options.instances(),
                options.profile().key(),
                options.settings(),
                List.copyOf(problems));
    }

    private static List<String> missing(SwitchoverOptions options, Others others) {
        List<String> missing = new ArrayList<>(others.missing());
        missing.addAll(options.profile().missing());
        return List.copyOf(missing);
    }

    /** The distributions, for a picture. */
    Map<String, List<Double>> distributions() {
        Map<String, List<Double>> all = new LinkedHashMap<>();
        for (Measured each : series) {
            String title = each.title();
            all.put(title + ", all clients", each.gapsMillis());
            all.put(title + ", worst client", each.worstClientMillis());
        }
        return all;
    }
}
