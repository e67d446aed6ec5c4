/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.api.Lsn;
import io.drover.testing.checker.Evidence.Reign;
import io.drover.testing.ledger.Place;
import java.util.List;

/** K5: each acknowledged write was done by the node that reigned, on its timeline and before its fork. LSNs order the nodes, not clocks. */
final class ForkCheck {
    private ForkCheck() {}

    static Finding of(Evidence evidence) {
        Finding.Collector found = new Finding.Collector(Check.K5_SINGLE_WRITER_SEEN);
        if (evidence.lineage().isEmpty()) {
            return Finding.unproven(Check.K5_SINGLE_WRITER_SEEN, "who reigned on which timeline is not known");
        }
        long nowhere = 0;
        for (Acked write : Acked.of(evidence)) {
            if (write.place().isEmpty()) {
                nowhere++;
                continue;
            }
            found.looked(1);
            if (!legitimate(evidence.lineage(), write.place().orElseThrow())) {
                found.violation(write + ", where nobody was to write: " + evidence.lineage());
            }
        }
        if (nowhere > 0) {
            found.gap(nowhere + " acknowledged writes do not say where they were done");
        }
        return found.finding();
    }

    private static boolean legitimate(List<Reign> lineage, Place place) {
        Lsn begin = new Lsn(0);
        for (Reign reign : lineage) {
            Lsn end = reign.end();
            boolean within = place.lsn().atLeast(begin) && (end == null || end.atLeast(place.lsn()));
            if (reign.node().equals(place.node()) && reign.timeline() == place.timeline() && within) {
                return true;
            }
            begin = end == null ? begin : end;
        }
        return false;
    }
}
