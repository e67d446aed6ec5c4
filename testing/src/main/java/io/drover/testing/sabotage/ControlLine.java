/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What became of a control.
 *
 * @param disarmed the layers that were, in words
 * @param caughtBy the checks that noticed, with how often
 * @param evidence what the first of them found, in words
 * @param clean whether nothing was found in the same run without sabotage, and that run proves something
 * @param attempts how many seeds it took
 */
record ControlLine(
        String id,
        String sabotage,
        List<String> disarmed,
        String load,
        Set<String> caughtBy,
        String evidence,
        boolean caught,
        boolean clean,
        int attempts,
        List<String> remarks,
        long millis) {

    /** For the one who waits. */
    String text() {
        return String.format(
                Locale.ROOT,
                "%-4s %s | %s | without sabotage: %s | %.1f s%s%n       %s",
                id,
                sabotage,
                verdict(),
                clean ? "passed" : "FAILED",
                millis / 1e3,
                attempts == 1 ? "" : ", " + attempts + " seeds",
                String.join("\n       ", remarks));
    }

    private String verdict() {
        return caught ? "caught by " + String.join(", ", caughtBy) : "NOT CAUGHT";
    }

    /** All of them in the order in which they are listed, and those of which nothing is known. */
    static String table(List<Control> chosen, Collection<ControlLine> lines) {
        StringBuilder table = new StringBuilder("""

                | control | disarmed | load | caught by | evidence | without sabotage | seeds | s |
                |---|---|---|---|---|---|---|---|
                """);
        for (Control control : chosen) {
            table.append(lines.stream()
                    .filter(line -> line.id().equals(control.id()))
                    .findFirst()
                    .map(ControlLine::row)
                    .orElse("| " + control.id() + " | | | NOT RUN | | | | |\n"));
        }
        return table.append('\n').toString();
    }

    private String row() {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | %s | %d | %.1f |%n",
                id,
                disarmed.isEmpty() ? "the client's own counting" : String.join("; ", disarmed),
                load,
                caught ? String.join(", ", caughtBy) : "NOT CAUGHT",
                evidence,
                clean ? "passed" : "FAILED",
                attempts,
                millis / 1e3);
    }
}
