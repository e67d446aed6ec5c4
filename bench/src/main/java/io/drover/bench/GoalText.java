/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.util.List;
import java.util.Locale;

/** Goals, as a person reads them. */
public final class GoalText {
    private GoalText() {}

    /** A heading and a line for each. */
    public static String of(List<Goal> goals) {
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(Locale.ROOT, "%-66s %10s  %-19s  %-12s %6s%n", "Goals", "measured", "wanted", "", "n"));
        for (Goal goal : goals) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-66s %10s  %-19s  %-12s %6d%s%n",
                    goal.name(),
                    goal.measured() == null ? "-" : String.format(Locale.ROOT, "%.2f", goal.measured()),
                    goal.wanted(),
                    words(goal.verdict()),
                    goal.n(),
                    goal.note() == null ? "" : "  " + goal.note()));
        }
        return text.toString();
    }

    private static String words(Goal.Verdict verdict) {
        return switch (verdict) {
            case MET -> "met";
            case MISSED -> "MISSED";
            case NOT_MEASURED -> "not measured";
        };
    }
}
