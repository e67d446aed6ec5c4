/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes as people write it to Drover: a whole number and one of the units KiB, MiB, GiB. */
public record ByteSize(long bytes) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(KiB|MiB|GiB)");
    private static final long KIB = 1024;

    /**
     * Reads a text such as {@code 100MiB}.
     *
     * @throws IllegalArgumentException when the number or the unit is missing or unknown
     */
    @JsonCreator
    public static ByteSize parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    SafeText.quoted(text) + " is not a size; write a number and KiB, MiB or GiB, such as 100MiB");
        }
        long number = Long.parseLong(matcher.group(1));
        return new ByteSize(
                switch (matcher.group(2)) {
                    case "KiB" -> number * KIB;
                    case "MiB" -> number * KIB * KIB;
                    default -> number * KIB * KIB * KIB;
                });
    }

    @JsonValue
    @Override
    public String toString() {
        if (bytes % (KIB * KIB * KIB) == 0) {
            return bytes / (KIB * KIB * KIB) + "GiB";
        }
        return bytes % (KIB * KIB) == 0 ? bytes / (KIB * KIB) + "MiB" : bytes / KIB + "KiB";
    }
}
