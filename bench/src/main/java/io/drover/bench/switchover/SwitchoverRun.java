/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.MultiHostClient;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.ledger.LedgerSchema;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Takes every series in turns on one cluster, so that whatever the machine does besides meets all of them alike. */
final class SwitchoverRun {
    private static final int SWITCHES_OF_A_TURN = 2;

    private final LocalCluster cluster;
    private final SwitchoverOptions options;
    private final PrintWriter out;
    private final Ground ground;
    private final List<String> problems = new ArrayList<>();
    private final long start = System.nanoTime();

    SwitchoverRun(LocalCluster cluster, SwitchoverOptions options, PrintWriter out) {
        this.cluster = cluster;
        this.options = options;
        this.out = out;
        this.ground = new Ground(cluster, options.writers());
    }

    private record Contestant(SeriesResult result, Turn turn) {}

    /** Makes all the switches. After one that failed the next turn goes on where the shard can be used; else the run ends early. */
    SwitchoverReport run() throws SQLException {
        try (Connection connection = cluster.connectToPrimary()) {
            LedgerSchema.create(connection, options.rows());
        }
        List<Contestant> contestants = Arrays.stream(Series.values())
                .map(series -> new Contestant(new SeriesResult(series), turn(series)))
                .toList();
        try {
            takeTurns(new ArrayList<>(contestants));
        } catch (IllegalStateException e) {
            problems.add("the run ended early: " + e.getMessage());
        }
        return SwitchoverReport.of(contestants.stream().map(Contestant::result).toList(), options, problems);
    }

    private Turn turn(Series series) {
        int writers = options.writers();
        return switch (series) {
            case SEALED_KIT, STRICT_KIT -> new DroverTurn(ground, series.mode(), () -> new KitClient(cluster, writers));
            case SEALED_MULTI_HOST ->
                new DroverTurn(ground, series.mode(), () -> new MultiHostClient(cluster, writers));
            case BY_HAND -> new HandTurn(ground);
        };
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
        ground.clean();
        try {
            contestant.turn().take(switches, result);
        } catch (IllegalStateException e) {
            problems.add(result.series().title() + ": " + e.getMessage());
            ground.endMoves();
        }
        out.printf(
                Locale.ROOT,
                "%7.1fs  %3d to %d of %d  %-24s",
                (System.nanoTime() - start) / 1e9,
                done + 1,
                done + switches,
                options.runs(),
                result.series().title());
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
