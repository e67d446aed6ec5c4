/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.fault.FaultPoint;
import io.drover.api.fault.FaultPoint.When;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** {@code docs/fault-points.md} as the tests read it: who dies where, and what may come of it. */
final class FaultCatalogue {
    private static final Path PAGE = Path.of("../docs/fault-points.md");
    private static final Pattern LINE =
            Pattern.compile("(?m)^\\| `([a-z*-]+/[a-z_*-]+)` \\| ([a-z]+) \\| [^|]+ \\| ([^|]+) \\| ([^|]+) \\|$");

    private final List<Line> lines;

    private FaultCatalogue(List<Line> lines) {
        this.lines = lines;
    }

    /** What may come of a death. */
    enum Outcome {
        SAME,
        BY_PHASE,
        UNDONE,
        FORWARD,
        ABSENT,
        OPERATOR;

        private static Outcome of(String words) {
            if (words.startsWith("same")) {
                return SAME;
            }
            if (words.startsWith("by phase")) {
                return BY_PHASE;
            }
            if (words.startsWith("undone")) {
                return UNDONE;
            }
            if (words.contains("NEEDS_OPERATOR")) {
                return OPERATOR;
            }
            if (words.startsWith("forward")) {
                return FORWARD;
            }
            if (words.startsWith("absent")) {
                return ABSENT;
            }
            throw new IllegalStateException("the page promises '" + words + "', which is no word of its");
        }
    }

    /** One line of the page. */
    record Line(String name, Pattern pattern, String dies, Outcome before, Outcome after) {
        private static Line of(MatchResult match) {
            String name = match.group(1);
            return new Line(
                    name,
                    Pattern.compile(name.replace("*", "[a-z0-9_-]+")),
                    match.group(2),
                    Outcome.of(match.group(3).strip()),
                    Outcome.of(match.group(4).strip()));
        }

        Outcome at(FaultPoint point) {
            return point.when() == When.BEFORE ? before : after;
        }
    }

    static FaultCatalogue read() {
        try {
            return new FaultCatalogue(
                    LINE.matcher(Files.readString(PAGE)).results().map(Line::of).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Line> lines() {
        return lines;
    }

    /** The line of a point. */
    Line of(FaultPoint point) {
        String name = point.place() + "/" + point.effect();
        List<Line> found = lines.stream()
                .filter(line -> line.pattern().matcher(name).matches())
                .toList();
        if (found.size() != 1) {
            throw new AssertionError("the fault point " + name + " has " + found.size() + " lines in " + PAGE);
        }
        return found.get(0);
    }

    /** The lines that none of these points meets; the adapter of PgBouncer is interrupted by a test of its own. */
    Set<String> unmet(Set<FaultPoint> points) {
        Set<String> unmet = new TreeSet<>();
        lines.stream().filter(line -> !line.dies().equals("adapter")).forEach(line -> unmet.add(line.name()));
        points.forEach(point -> unmet.remove(of(point).name()));
        return unmet;
    }
}
