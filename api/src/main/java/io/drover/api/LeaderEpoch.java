/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Counts the leaderships of controllers. Grows by one with each new leader and never goes back; every write of a controller checks it. */
public record LeaderEpoch(@JsonValue long value) implements Comparable<LeaderEpoch> {
    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException when the number is negative
     */
    @JsonCreator
    public LeaderEpoch {
        if (value < 0) {
            throw new IllegalArgumentException("an epoch cannot be negative: " + value);
        }
    }

    /** The epoch that follows this one. */
    public LeaderEpoch next() {
        return new LeaderEpoch(value + 1);
    }

    @Override
    public int compareTo(LeaderEpoch other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
