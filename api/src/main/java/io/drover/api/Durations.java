/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as people write them to Drover: a whole number and one of the units ms, s, m, h, d. */
public final class Durations {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

    /** A hundred years: longer ones are a slip of the pen, and sums with them leave what a clock can count. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private Durations() {}

    /**
     * Reads a text such as {@code 500ms} or {@code 7d}.
     *
     * @throws IllegalArgumentException when the number or the unit is missing or unknown, or the span is over a hundred years
     */
    public static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(SafeText.quoted(text)
                    + " is not a span of time; write a number and ms, s, m, h or d, such as 500ms");
        }
        long number = Long.parseLong(matcher.group(1));
        Duration span = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
        if (span.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    SafeText.quoted(text) + " is longer than " + LONGEST.toDays() + "d, the longest span of time");
        }
        return span;
    }

    /** Writes a span in the largest unit that keeps it whole. */
    public static String format(Duration value) {
        long millis = value.toMillis();
        if (millis == 0) {
            return "0s";
        }
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + "d";
        }
        if (seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
