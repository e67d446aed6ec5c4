/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.fencing;

import java.util.List;

/**
 * What came of a drain. A participant that vanished is among the missing: it may still be writing.
 *
 * @param acknowledged names of the participants that have drained
 * @param missing names of those that have not acknowledged, or have vanished before they did
 * @param vanished names of those among the missing whose znode is gone (rule R4, hazard H42)
 * @param millis how long it took
 */
public record DrainResult(List<String> acknowledged, List<String> missing, List<String> vanished, double millis) {
    public DrainResult {
        acknowledged = List.copyOf(acknowledged);
        missing = List.copyOf(missing);
        vanished = List.copyOf(vanished);
    }

    /** Whether every participant that was there when the fence was raised has acknowledged. */
    public boolean complete() {
        return missing.isEmpty();
    }
}
