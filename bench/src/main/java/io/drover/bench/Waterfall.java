/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.Move;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The parts of Drover's pauses, each as its median. Medians of parts need not add up to the median of the whole. */
public final class Waterfall {
    private Waterfall() {}

    /** One phase for each that any of the pauses had, in their order, with its median over those that had it. */
    public static List<Move.Phase> ofMedians(List<List<Move.Phase>> pauses) {
        Map<Key, List<Double>> millis = new LinkedHashMap<>();
        for (List<Move.Phase> pause : pauses) {
            for (Move.Phase phase : pause) {
                millis.computeIfAbsent(new Key(phase.step(), phase.name()), key -> new ArrayList<>())
                        .add(phase.millis());
            }
        }
        return millis.entrySet().stream()
                .map(entry -> new Move.Phase(
                        entry.getKey().step(),
                        entry.getKey().name(),
                        Spread.of(entry.getValue()).median()))
                .toList();
    }

    private record Key(int step, String name) {}
}
