/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Names a database. It reaches connection strings, SQL, PgBouncer's configuration and people's terminals, so PostgreSQL's own freedom
 * is not given to it.
 */
public record DatabaseName(@JsonValue String value) {
    private static final Form FORM = new Form(
            "a database name",
            "[\\p{L}\\p{N}_][\\p{L}\\p{M}\\p{N}_.-]*",
            Form.NAME_BYTES,
            "letters, digits, '_', '.' and '-', not '-' or '.' first, at most 63 bytes");

    /**
     * Checks the form of the name.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    @JsonCreator
    public DatabaseName {
        FORM.checked(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
