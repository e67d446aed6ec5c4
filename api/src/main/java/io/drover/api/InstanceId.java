/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/** PostgreSQL's system identifier, the one name that an instance and all its physical copies share (pg_control_system()). */
public record InstanceId(@JsonValue String value) implements Comparable<InstanceId> {
    private static final Pattern FORM = Pattern.compile("[0-9]{1,20}");

    /**
     * Checks the form of the id.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    @JsonCreator
    public InstanceId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "not a system identifier: " + SafeText.quoted(value) + " does not match " + FORM.pattern());
        }
    }

    @Override
    public int compareTo(InstanceId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
