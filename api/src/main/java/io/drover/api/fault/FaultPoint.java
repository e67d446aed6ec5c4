/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api.fault;

import java.util.Locale;

/**
 * A moment at which a process may die: just before or just after something that outlives it. {@code docs/fault-points.md} lists them
 * with what must come of a death there.
 *
 * @param place who does it: a row of the move table ({@code row-100}), a verb of an agent ({@code verb-seal}), what an agent does by
 *     itself ({@code reaction-finish})
 * @param effect what is done: {@code intent}, {@code run}, {@code record}, {@code door} …
 * @param when on which side of it
 */
public record FaultPoint(String place, String effect, When when) {
    /** On which side of the effect. */
    public enum When {
        BEFORE,
        AFTER
    }

    /** Its name, such as {@code row-100/record/before}; the same in tests, in files and in the documentation. */
    @Override
    public String toString() {
        return place + "/" + effect + "/" + when.name().toLowerCase(Locale.ROOT);
    }
}
