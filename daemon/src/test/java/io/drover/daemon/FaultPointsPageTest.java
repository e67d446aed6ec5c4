/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/fault-points.md to the code, as far as can be read from it; the interruption matrix does so by meeting the points. */
class FaultPointsPageTest {
    private static final Path ROOT = Path.of("..");
    private static final List<String> MODULES = List.of("topology", "fencing", "replication", "daemon", "client");
    private static final Pattern LINE = Pattern.compile("(?m)^\\| `([a-z*-]+/[a-z_*-]+)` \\|");
    /** Every point is set by one of these calls, with its place and its effect. */
    private static final Pattern CALL =
            Pattern.compile("FaultPoints\\s*\\.(?:around|reach)\\(\\s*([^,]+?),\\s*(\"[^\"]*\"[^,]*),");

    private static final Pattern CONSTANT = Pattern.compile("String PLACE = \"([a-z-]+)\"");
    private static final Pattern REACTION = Pattern.compile("Reaction\\.([A-Z]+)\\.place\\(\\)");

    @Test
    void everyFaultPointInTheCodeHasItsLineAndEveryLineItsPoint() throws IOException {
        Set<String> lines = LINE.matcher(Files.readString(ROOT.resolve("docs/fault-points.md")))
                .results()
                .map(line -> line.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> points = new TreeSet<>();
        for (Path source : sources()) {
            String text = Files.readString(source);
            CALL.matcher(text).results().flatMap(call -> points(call, text)).forEach(points::add);
        }

        assertThat(lines).containsExactlyElementsOf(points);
    }

    private static Stream<String> points(MatchResult call, String text) {
        String effect = call.group(2).startsWith("\"call-\"") ? "call-*" : literal(call.group(2));
        return places(call.group(1), text).map(place -> place + "/" + effect);
    }

    private static Stream<String> places(String expression, String text) {
        Matcher reaction = REACTION.matcher(expression);
        if (reaction.matches()) {
            return Stream.of("reaction-" + reaction.group(1).toLowerCase(Locale.ROOT));
        }
        return switch (expression) {
            case "step.place()", "\"row-\" + token.step()" -> Stream.of("row-*");
            case "placeOf(written)" -> Stream.of("row-*", "move");
            case "placeOf(verb)", "place" -> Stream.of("verb-*");
            case "reaction.place()" ->
                Stream.of("abandon", "disarm", "demote", "finish", "grant", "unseal")
                        .map(name -> "reaction-" + name);
            case "PLACE" -> CONSTANT.matcher(text).results().map(constant -> constant.group(1));
            default -> Stream.of(literal(expression));
        };
    }

    private static String literal(String expression) {
        assertThat(expression)
                .as("a place or an effect that this test cannot read")
                .matches("\"[a-z_-]+\"");
        return expression.substring(1, expression.length() - 1);
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> all = MODULES.stream()
                .map(module -> ROOT.resolve(module).resolve("src/main/java"))
                .flatMap(module -> below(module).stream())) {
            return all.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    private static List<Path> below(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.collect(Collectors.toCollection(ArrayList::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
