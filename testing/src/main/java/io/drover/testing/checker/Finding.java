/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import java.util.ArrayList;
import java.util.List;

/**
 * What a check found.
 *
 * @param looked how many things it looked at, so that a proof of nothing shows
 * @param violations how many of them break what it proves
 * @param examples some of them, in words, or the reason why nothing could be judged
 */
public record Finding(Check check, Verdict verdict, long looked, long violations, List<String> examples) {
    private static final int MOST_EXAMPLES = 10;

    /** How a check ended. */
    public enum Verdict {
        /** What it proves holds. */
        HOLDS,
        /** It does not. */
        BROKEN,
        /** What it needs was not gathered, or tells nothing: the run proves nothing here. */
        UNPROVEN,
        /** It does not apply. */
        WAIVED
    }

    /** Makes the list unmodifiable. */
    public Finding {
        examples = List.copyOf(examples);
    }

    static Finding waived(Check check, String reason) {
        return new Finding(check, Verdict.WAIVED, 0, 0, List.of(reason));
    }

    static Finding unproven(Check check, String reason) {
        return new Finding(check, Verdict.UNPROVEN, 0, 0, List.of(reason));
    }

    /** Collects violations while a check looks. */
    static final class Collector {
        private final Check check;
        private final List<String> examples = new ArrayList<>();
        private final List<String> gaps = new ArrayList<>();
        private long looked;
        private long violations;

        Collector(Check check) {
            this.check = check;
        }

        void looked(long count) {
            looked += count;
        }

        void violation(String what) {
            violations++;
            if (examples.size() < MOST_EXAMPLES) {
                examples.add(what);
            }
        }

        void gap(String what) {
            if (gaps.size() < MOST_EXAMPLES) {
                gaps.add(what);
            }
        }

        /** A violation counts whatever else is missing; without one, a gap means that nothing is proven. */
        Finding finding() {
            if (violations > 0) {
                return new Finding(check, Verdict.BROKEN, looked, violations, examples);
            }
            if (!gaps.isEmpty()) {
                return new Finding(check, Verdict.UNPROVEN, looked, 0, gaps);
            }
            return looked == 0
                    ? unproven(check, "there was nothing to look at")
                    : new Finding(check, Verdict.HOLDS, looked, 0, List.of());
        }
    }
}
