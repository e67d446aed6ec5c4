/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Names a replication slot, as PostgreSQL itself restricts it. */
public record SlotName(@JsonValue String value) {
    private static final Form FORM = new Form(
            "a slot name", "[a-z0-9_]+", Form.NAME_BYTES, "lower-case letters a to z, digits and '_', at most 63");

    /**
     * Checks the form of the name.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    @JsonCreator
    public SlotName {
        FORM.checked(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
