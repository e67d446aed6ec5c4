/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Counts the fences and grants of a shard. Grows by one on entering FENCED and on entering SERVING; a client never goes back to a lower one. */
public record FenceEpoch(@JsonValue long value) implements Comparable<FenceEpoch> {
    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException when the number is negative
     */
    @JsonCreator
    public FenceEpoch {
        if (value < 0) {
            throw new IllegalArgumentException("an epoch cannot be negative: " + value);
        }
    }

    /** The epoch that follows this one. */
    public FenceEpoch next() {
        return new FenceEpoch(value + 1);
    }

    @Override
    public int compareTo(FenceEpoch other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
