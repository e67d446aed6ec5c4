/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The application_name of a standby, by which a primary waits for it. PostgreSQL replaces what is not ASCII in it. */
public record ApplicationName(@JsonValue String value) {
    private static final Form FORM = new Form(
            "a standby's application_name",
            "[A-Za-z0-9_](?!.*/\\.\\.(?:/|$))[A-Za-z0-9_.:@/+-]*",
            Form.NAME_BYTES,
            "letters a to z, digits and '_.:@/+-', a letter, digit or '_' first, no '..' behind a '/', at most 63");

    /**
     * Checks the form of the name.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    @JsonCreator
    public ApplicationName {
        FORM.checked(value);
    }

    /** Whether a text that a server shows is such a name. */
    public static boolean isOne(String text) {
        return FORM.fits(text);
    }

    @Override
    public String toString() {
        return value;
    }
}
