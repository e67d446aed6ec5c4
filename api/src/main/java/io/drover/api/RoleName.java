/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Names a role of PostgreSQL or a user of PgBouncer. */
public record RoleName(@JsonValue String value) {
    private static final Form FORM = new Form(
            "a role name",
            "[\\p{L}\\p{N}_][\\p{L}\\p{M}\\p{N}_.@-]*",
            Form.NAME_BYTES,
            "letters, digits, '_', '.', '@' and '-', not '-' or '.' first, at most 63 bytes");

    /**
     * Checks the form of the name.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    @JsonCreator
    public RoleName {
        FORM.checked(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
