/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.LoadKind;
import io.drover.testing.cluster.InstanceSettings;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.ledger.LedgerSchema;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Takes every series in turns on one cluster, so that whatever the machine does besides meets all of them alike. */
final class SwitchoverRun {
    private static final int SWITCHES_OF_A_TURN = 2;

    private final LocalCluster cluster;
    private final SwitchoverOptions options;
    private final Others others;
    private final PrintWriter out;
    private final List<String> problems = new ArrayList<>();
    private final long start = System.nanoTime();

    SwitchoverRun(LocalCluster cluster, SwitchoverOptions options, Others others, PrintWriter out) {
        this.cluster = cluster;
        this.options = options;
        this.others = others;
        this.out = out;
    }

    private record Contestant(SeriesResult result, Ground ground, Turn turn) {}

    /** Makes all the switches. After one that failed the next turn goes on where the shard can be used; else the run ends early. */
    SwitchoverReport run() throws SQLException {
        Map<String, String> settings = new TreeMap<>(options.settings());
        settings.putAll(options.profile().settings(cluster));
        for (int number = 2; number <= options.instances(); number++) {
            cluster.createIdleShard(number);
        }
        if (!settings.isEmpty()) {
            InstanceSettings.apply(cluster, LocalCluster.NODE_A, settings);
        }
        try (Connection connection = cluster.connectToPrimary()) {
            options.profile().check(connection);
            LedgerSchema.create(connection, options.rows());
            LoadKind.createTables(connection, options.writers());
        }
        List<SeriesResult> results = options.results();
        try {
            takeTurns(new ArrayList<>(
                    results.stream().map(result -> contestant(result, settings)).toList()));
        } catch (IllegalStateException e) {
            problems.add("the run ended early: " + e.getMessage());
        }
        return SwitchoverReport.of(results, options, others, problems);
    }

    private Contestant contestant(SeriesResult result, Map<String, String> settings) {
        Ground ground = new Ground(cluster, result, options.writers(), settings);
        return new Contestant(result, ground, result.series().opening().on(ground));
    }

    private void takeTurns(List<Contestant> order) throws SQLException {
        for (int done = 0; done < options.runs(); done += SWITCHES_OF_A_TURN) {
            int switches = Math.min(SWITCHES_OF_A_TURN, options.runs() - done);
            for (Contestant contestant : order) {
                take(contestant, switches, done);
            }
            // nobody is always the one who comes after the same other
            Collections.shuffle(order, new Random(done));
        }
    }

    private void take(Contestant contestant, int switches, int done) throws SQLException {
        SeriesResult result = contestant.result();
        int before = result.switches().size();
        Ground ground = contestant.ground();
        ground.clean();
        try {
            contestant.turn().take(switches, result);
        } catch (IllegalStateException e) {
            problems.add(result.title() + ": " + e.getMessage());
            ground.endMoves();
        }
        out.printf(
                Locale.ROOT,
                "%7.1fs  %3d to %d of %d  %-58s",
                (System.nanoTime() - start) / 1e9,
                done + 1,
                done + switches,
                options.runs(),
                result.title());
        result.switches().stream()
                .skip(before)
                .map(Switch::pauses)
                .forEach(pauses -> out.printf(
                        Locale.ROOT,
                        "  %.1f ms, worst client %.1f ms",
                        pauses.overallMillis(),
                        pauses.worstWriterMillis()));
        out.println();
    }
}
