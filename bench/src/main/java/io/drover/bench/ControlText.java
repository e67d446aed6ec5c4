/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.util.Locale;

/** What a person reads at the end of {@code bin/bench control}. */
final class ControlText {
    private final StringBuilder text = new StringBuilder();

    private ControlText() {}

    static String of(ControlReport report) {
        ControlText made = new ControlText();
        made.changes(report);
        made.idle(report);
        made.moves(report);
        made.goals(report);
        report.missing().forEach(missing -> made.line("not measured: %s", missing));
        report.problems().forEach(problem -> made.line("PROBLEM: %s", problem));
        return made.text.toString();
    }

    private void changes(ControlReport report) {
        line("");
        line("From a change of the topology to its watchers, in milliseconds");
        line("%-18s %9s %9s %9s %9s %9s %9s", "", "changes", "calls", "median", "p99", "max", "lost");
        for (ControlReport.Series series : report.series()) {
            Spread spread = Spread.of(series.millis());
            line(
                    "%-18s %9d %9d %9.1f %9.1f %9.1f %9d",
                    series.mode(),
                    series.changes(),
                    series.millis().size(),
                    spread.median(),
                    spread.percentile(99),
                    spread.max(),
                    series.errors());
        }
    }

    private void idle(ControlReport report) {
        line("");
        line("What idle shards cost the controller");
        line(
                "%-18s %14s %14s %12s %12s %18s",
                "shards", "CPU ms/s", "us/s a shard", "heap MB", "B a shard", "ZooKeeper calls/s");
        IdleCost least = report.idle().get(0);
        for (IdleCost cost : report.idle()) {
            boolean first = cost.shards() == least.shards();
            line(
                    "%-18d %14.2f %14s %12.1f %12s %18.0f",
                    cost.shards(),
                    cost.cpuMillisPerSecond(),
                    first ? "-" : String.format(Locale.ROOT, "%.2f", cost.cpuMicrosPerShard(least)),
                    cost.liveHeapBytes() / 1e6,
                    first ? "-" : String.format(Locale.ROOT, "%.0f", cost.heapBytesPerShard(least)),
                    cost.zookeeperRequestsPerSecond());
        }
        IdleCost with = report.idleWithClients();
        line(
                "%-18s %14.2f %14s %12.1f %12s %18.0f",
                "with clients",
                with.cpuMillisPerSecond(),
                "",
                with.liveHeapBytes() / 1e6,
                "",
                with.zookeeperRequestsPerSecond());
    }

    private void moves(ControlReport report) {
        ControlReport.Moves moves = report.moves();
        Spread pauses = Spread.of(moves.writePauseMillis());
        line("");
        line(
                "%d of %d moves finished in %.1f s, at most %d at once; write pause median %.1f ms, max %.1f ms",
                moves.finished(), moves.asked(), moves.seconds(), moves.peakAtOnce(), pauses.median(), pauses.max());
        line(
                "controller meanwhile: %.1f s of processors, heap at most %.1f MB, alive afterwards %.1f MB of %.0f",
                report.cpuMillisOfMoves() / 1e3,
                report.controllerHeap().peakBytes() / 1e6,
                report.controllerHeap().liveBytes() / 1e6,
                report.controllerHeap().maxBytes() / 1e6);
        ControlReport.Made made = report.made();
        line(
                "there were %d clients in %d processes, agents of %d nodes in one, %d ZooKeeper server(s) with %d sessions, %d watches, %d znodes",
                made.clients(),
                made.clientJvms(),
                made.nodes(),
                made.zookeeperServers(),
                made.sessions(),
                made.watches(),
                made.znodes());
    }

    private void goals(ControlReport report) {
        line("");
        text.append(GoalText.of(report.goals()));
    }

    private void line(String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
