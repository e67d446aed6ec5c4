/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** One query whose rows have to be the same on source and target: text that only PostgreSQL can judge, but one statement at most. */
public record CanaryQuery(@JsonValue String value) {
    private static final int MOST_BYTES = 10_000;
    private static final Form FORM = new Form(
            "a canary query",
            "(?si)\\s*(?:select|with|values|table)\\b[^;]*+",
            MOST_BYTES,
            "one SELECT, WITH, VALUES or TABLE without ';', at most " + MOST_BYTES + " bytes");

    /**
     * Checks the form of the query.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    @JsonCreator
    public CanaryQuery {
        FORM.checked(value);
        if (!SafeText.isPlain(value.replace('\n', ' ').replace('\r', ' ').replace('\t', ' '))) {
            throw FORM.refused(value, "it holds a character that cannot be seen");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
