/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/** Names a shard: one database that clients know by this name. Part of znode and directory names. */
public record ShardId(@JsonValue String value) implements Comparable<ShardId> {
    private static final Pattern FORM = Pattern.compile("[a-z0-9_]{1,63}");

    /**
     * Checks the form of the id.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    @JsonCreator
    public ShardId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "not a shard id: " + SafeText.quoted(value) + " does not match " + FORM.pattern());
        }
    }

    @Override
    public int compareTo(ShardId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
