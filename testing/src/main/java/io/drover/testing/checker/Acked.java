/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.AckLog.Outcome;
import io.drover.testing.ledger.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** An acknowledged write. */
record Acked(int writer, long sequence, long begunAt, long endedAt, OptionalLong epoch, Optional<Place> place) {
    static List<Acked> of(Evidence evidence) {
        List<Acked> all = new ArrayList<>();
        for (AckLog log : evidence.logs()) {
            int size = log.size();
            for (long i = 1; i <= size; i++) {
                if (log.outcome(i) == Outcome.ACKED) {
                    all.add(new Acked(log.writer(), i, log.begunAt(i), log.endedAt(i), log.epoch(i), log.place(i)));
                }
            }
        }
        return all;
    }

    @Override
    public String toString() {
        return "write " + sequence + " of writer " + writer
                + place.map(at -> ", acknowledged by " + at).orElse(", acknowledged");
    }
}
