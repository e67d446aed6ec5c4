/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** How a value from outside has to look. */
final class Form {
    /** What PostgreSQL keeps of a name (NAMEDATALEN - 1); it cuts off the rest without a word. */
    static final int NAME_BYTES = 63;

    private final String what;
    private final Pattern pattern;
    private final int mostBytes;
    private final String rule;

    /**
     * @param what what the value is called in a refusal
     * @param rule the rule as people read it
     */
    Form(String what, String pattern, int mostBytes, String rule) {
        this.what = what;
        this.pattern = Pattern.compile(pattern);
        this.mostBytes = mostBytes;
        this.rule = rule;
    }

    /**
     * The value itself.
     *
     * @throws IllegalArgumentException when it looks otherwise
     */
    String checked(String value) {
        if (!fits(value)) {
            throw refused(value, rule);
        }
        return value;
    }

    /** Whether the value looks so. */
    boolean fits(String value) {
        // the length first: a pattern walks over all of it
        return value.length() <= mostBytes
                && value.getBytes(StandardCharsets.UTF_8).length <= mostBytes
                && pattern.matcher(value).matches();
    }

    IllegalArgumentException refused(String value, String why) {
        return new IllegalArgumentException("not " + what + ": " + SafeText.quoted(value) + "; " + why);
    }
}
