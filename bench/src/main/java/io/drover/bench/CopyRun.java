/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.LedgerSchema;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Takes every series in turns on one cluster and under the same load, each time from a checkpoint on. */
final class CopyRun {
    private static final Duration WARM = Duration.ofSeconds(2);
    /** How long the writers are looked at before each copy. */
    private static final Duration BEFORE = Duration.ofSeconds(5);

    private final LocalCluster cluster;
    private final CopyOptions options;
    private final PrintWriter out;
    private final List<String> problems = new ArrayList<>();
    private final long start = System.nanoTime();

    CopyRun(LocalCluster cluster, CopyOptions options, PrintWriter out) {
        this.cluster = cluster;
        this.options = options;
        this.out = out;
    }

    CopyReport run() throws SQLException {
        try (Connection connection = cluster.connectToPrimary()) {
            LedgerSchema.create(connection, options.rows());
        }
        List<CopySeries> series = new ArrayList<>();
        Copier drover = new DroverCopier(cluster);
        Copier plain = new PlainCopier(cluster);
        series.add(new CopySeries(CopySeries.DROVER, drover, null));
        series.add(new CopySeries(CopySeries.PLAIN, plain, null));
        if (options.maxRate() != null) {
            series.add(
                    new CopySeries(CopySeries.DROVER, drover, options.maxRate().bytes()));
            series.add(new CopySeries(CopySeries.PLAIN, plain, options.maxRate().bytes()));
        }
        List<CopySeries> order = new ArrayList<>(series);
        for (int run = 0; run < options.runs(); run++) {
            for (CopySeries next : order) {
                take(next, run + 1);
            }
            // nobody is always the one who comes after the same other
            Collections.shuffle(order, new Random(run));
        }
        return CopyReport.of(series, options, problems);
    }

    private void take(CopySeries series, int round) {
        // what earlier turns have written would make each copy greater than the one before
        cluster.psql(LocalCluster.NODE_A).run(LocalCluster.DATABASE, "truncate ledger");
        try (MultiHostClient client = new MultiHostClient(cluster, options.writers());
                Load load = Load.start(client, options.writers())) {
            try {
                Waiting.pause(WARM);
                cluster.psql(LocalCluster.NODE_A).run("postgres", "checkpoint");
                long before = System.nanoTime();
                Waiting.pause(BEFORE);
                long end = System.nanoTime();
                Copier.Times times = series.copier().copy(series.maxRateBytes());
                Copied copied = new Copied(
                        round,
                        times.bytes(),
                        (times.copied() - times.begun()) / 1e9,
                        (times.verified() - times.begun()) / 1e9,
                        load.writes(before, end),
                        load.writes(times.begun(), times.copied()));
                series.add(copied);
                say(series, copied);
            } finally {
                series.addErrors(load.errors());
            }
        } catch (IllegalStateException e) {
            problems.add(series.product() + ", " + series.mode() + ": " + e.getMessage());
        }
    }

    private void say(CopySeries series, Copied copied) {
        out.printf(
                Locale.ROOT,
                "%7.1fs  %-14s %-9s %7.1f MB in %.2f s, %.1f MB/s; writes %.0f/s before, %.0f/s meanwhile%n",
                (System.nanoTime() - start) / 1e9,
                series.product(),
                series.mode(),
                copied.bytes() / 1e6,
                copied.copySeconds(),
                copied.bytesPerSecond() / 1e6,
                copied.before().perSecond(),
                copied.during().perSecond());
        out.flush();
    }
}
