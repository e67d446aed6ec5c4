/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Text of unknown origin, for people to read: names that clients give themselves, words of a refusal, what a server has printed. What
 * a terminal or a log would act on instead of showing it stands there as its code: line breaks that forge a line, escapes that move
 * the cursor, marks that turn the direction of writing.
 */
public final class SafeText {
    private static final int QUOTED_LENGTH = 80;
    private static final int WORDS_LENGTH = 500;

    private SafeText() {}

    /** The text in one line. */
    public static String line(String text) {
        return shown(text, false);
    }

    /** The same with the line breaks that it has: for what is more than one line by itself. */
    public static String lines(String text) {
        return shown(text, true);
    }

    /** The text in quotes, shortened when it is long: for a message about it. */
    public static String quoted(String text) {
        int end = text.offsetByCodePoints(0, Math.min(QUOTED_LENGTH, text.codePointCount(0, text.length())));
        String rest = end < text.length() ? "... (" + text.length() + " characters)" : "";
        return "'" + line(text.substring(0, end)) + "'" + rest;
    }

    /** What a library says about a text, which it may quote whole: in one line, and no longer than a person reads. */
    public static String words(@Nullable String message) {
        if (message == null) {
            return "no reason is given";
        }
        return line(message.length() > WORDS_LENGTH ? message.substring(0, WORDS_LENGTH) + "..." : message);
    }

    /** Whether it is shown as it is, in one line. */
    public static boolean isPlain(String text) {
        return text.codePoints().allMatch(SafeText::isPlain);
    }

    private static String shown(String text, boolean breaks) {
        if (isPlain(text)) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length() + 16);
        String all = breaks ? text.replace("\r\n", "\n") : text;
        all.codePoints().forEach(each -> {
            if (isPlain(each) || breaks && each == '\n') {
                shown.appendCodePoint(each);
            } else {
                shown.append(code(each));
            }
        });
        return shown.toString();
    }

    private static String code(int each) {
        return switch (each) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> Character.isBmpCodePoint(each) ? code("\\u%04x", each) : code("\\U%08x", each);
        };
    }

    private static String code(String format, int each) {
        return String.format(Locale.ROOT, format, each);
    }

    private static boolean isPlain(int each) {
        return switch (Character.getType(each)) {
            // FORMAT holds the marks of direction and what has no width
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
