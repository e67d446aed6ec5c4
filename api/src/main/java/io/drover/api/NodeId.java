/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/** Names a node: one machine with an agent on it. Part of znode names. */
public record NodeId(@JsonValue String value) implements Comparable<NodeId> {
    private static final Pattern FORM = Pattern.compile("[a-z0-9_]{1,63}");

    /**
     * Checks the form of the id.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    @JsonCreator
    public NodeId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "not a node id: " + SafeText.quoted(value) + " does not match " + FORM.pattern());
        }
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
