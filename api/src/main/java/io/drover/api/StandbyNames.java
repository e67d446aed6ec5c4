/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A value of synchronous_standby_names; whether it says anything is for its reader to find out. */
public record StandbyNames(@JsonValue String value) {
    private static final Form FORM = new Form(
            "a value of synchronous_standby_names",
            "[\\p{L}\\p{N}_ ,()\"*$.:@/+-]*",
            1000,
            "names, '*', and FIRST or ANY with a number and a list in parentheses");

    /**
     * Checks the characters.
     *
     * @throws IllegalArgumentException when there are others in it
     */
    @JsonCreator
    public StandbyNames {
        FORM.checked(value);
    }

    /** Whether a text that a server shows is such a value. */
    public static boolean isOne(String text) {
        return FORM.fits(text);
    }

    @Override
    public String toString() {
        return value;
    }
}
