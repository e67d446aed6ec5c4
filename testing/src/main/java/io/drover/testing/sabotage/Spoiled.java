/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.testing.checker.Evidence;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.AckLog.Outcome;
import java.util.List;

/** What a client that counts wrongly would have told. */
final class Spoiled {
    private Spoiled() {}

    /** A lost answer counts as an acknowledgement. */
    static Evidence unknownAsAcknowledged(Evidence evidence) {
        List<AckLog> logs =
                evidence.logs().stream().map(Spoiled::unknownAsAcknowledged).toList();
        return evidence.withLogs(logs);
    }

    private static AckLog unknownAsAcknowledged(AckLog honest) {
        AckLog spoiled = new AckLog(honest.writer(), honest.kind());
        for (int i = 1; i <= honest.size(); i++) {
            int sequence = spoiled.begin();
            honest.epoch(i).ifPresent(epoch -> spoiled.sawEpoch(sequence, epoch));
            honest.place(i).ifPresent(place -> spoiled.writtenAt(sequence, place));
            Outcome outcome = honest.outcome(i) == Outcome.UNKNOWN ? Outcome.ACKED : honest.outcome(i);
            spoiled.end(sequence, outcome, honest.endedAt(i));
        }
        return spoiled;
    }
}
