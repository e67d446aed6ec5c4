/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What was wanted of a figure, and what it is.
 *
 * @param wanted in words, such as {@code at most 40 ms}
 * @param measured null when it could not be measured
 * @param n how many measurements it comes from
 * @param note what a person has to know besides, such as the reason why it was not measured; null when there is nothing
 */
public record Goal(
        String name,
        String wanted,
        @Nullable Double measured,
        Verdict verdict,
        int n,
        @Nullable String note) {
    /** What became of it. */
    public enum Verdict {
        MET("met"),
        MISSED("missed"),
        NOT_MEASURED("notMeasured");

        private final String key;

        Verdict(String key) {
            this.key = key;
        }

        /** Its name in JSON. */
        @JsonValue
        public String key() {
            return key;
        }
    }
}
