/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import io.drover.api.Drill;
import io.drover.api.Move.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How a drill looks to a person. */
final class DrillText {
    private DrillText() {}

    static String of(Drill drill) {
        List<String> lines = new ArrayList<>();
        lines.add(headline(drill));
        Table phases = new Table("  STEP", "PHASE", "MILLIS", "");
        add(phases, drill.measured(), "measured");
        add(phases, drill.expected(), "a move's; " + drill.expectedFrom());
        add(phases, drill.undo(), "the undo");
        lines.add(phases.toString());
        Table clients = new Table("  CLIENT", "ACKNOWLEDGED AFTER");
        drill.clients()
                .forEach(client -> clients.row(
                        "  " + client.client(), client.millis() == null ? "not in time" : millis(client.millis())));
        lines.add(
                drill.clients().isEmpty()
                        ? "  no client of the kit holds connections to the shard"
                        : clients.toString());
        return String.join(System.lineSeparator(), lines);
    }

    private static String headline(Drill drill) {
        if (drill.error() != null) {
            return "drill: it ended before the final sync; nothing was promoted, everything is undone";
        }
        String pause = drill.pauseMillis() == null ? "unknown" : millis(drill.pauseMillis());
        String held = drill.heldMillis() == null
                ? "writes are still held"
                : "writes were held for " + millis(drill.heldMillis());
        return "drill: a move would have paused writes for " + pause + "; " + held + "; nothing was promoted";
    }

    private static void add(Table table, List<Phase> phases, String what) {
        phases.forEach(phase -> table.row("  " + phase.step(), phase.name(), millis(phase.millis()), what));
    }

    private static String millis(double value) {
        return String.format(Locale.ROOT, "%.1f ms", value);
    }
}
