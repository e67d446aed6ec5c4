/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.fencing;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of a drain. A participant that vanished is among the missing: it may still be writing.
 *
 * @param acknowledgedAfter the participants that have drained, with the milliseconds until that was seen
 * @param missing names of those that have not acknowledged, or have vanished before they did
 * @param vanished names of those among the missing whose znode is gone (rule R4, hazard H42)
 * @param millis how long it took
 */
public record DrainResult(
        Map<String, Double> acknowledgedAfter, List<String> missing, List<String> vanished, double millis) {
    public DrainResult {
        acknowledgedAfter = Collections.unmodifiableMap(new TreeMap<>(acknowledgedAfter));
        missing = List.copyOf(missing);
        vanished = List.copyOf(vanished);
    }

    /** Names of the participants that have drained. */
    public List<String> acknowledged() {
        return List.copyOf(acknowledgedAfter.keySet());
    }

    /** Whether every participant that was there when the fence was raised has acknowledged. */
    public boolean complete() {
        return missing.isEmpty();
    }
}
