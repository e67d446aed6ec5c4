/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.testing.checker.Evidence.FinalRead;
import io.drover.testing.checker.Evidence.Row;
import io.drover.testing.checker.Evidence.When;
import io.drover.testing.ledger.AckLog;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** K1 to K3: the rows at the end against what the writers know. Every read counts: what one of them misses is lost. */
final class RowChecks {
    private RowChecks() {}

    /** Needs all three reads: what is visible need not be durable. */
    static Finding nothingLost(Evidence evidence) {
        Finding.Collector found = new Finding.Collector(Check.K1_NO_LOST_ACK);
        Set<When> read = EnumSet.noneOf(When.class);
        Set<Row> lost = new LinkedHashSet<>();
        long acked = 0;
        for (FinalRead each : evidence.reads()) {
            read.add(each.when());
            RowTally tally = RowTally.of(evidence.logs(), each);
            acked = Math.max(acked, tally.acked());
            lost.addAll(tally.lost());
        }
        found.looked(acked);
        lost.forEach(row -> found.violation(describe(evidence, row) + " was acknowledged and is not there"));
        Arrays.stream(When.values())
                .filter(when -> !read.contains(when))
                .forEach(when -> found.gap("the rows were not read " + when));
        return found.finding();
    }

    static Finding nothingInvented(Evidence evidence) {
        return each(
                evidence, Check.K2_NO_INVENTION, RowTally::invented, "is there, and nobody wrote it or it was refused");
    }

    static Finding nothingDoubled(Evidence evidence) {
        return each(evidence, Check.K3_AT_MOST_ONCE, RowTally::duplicated, "is there more than once");
    }

    private static Finding each(Evidence evidence, Check check, Function<RowTally, List<Row>> wrong, String what) {
        Finding.Collector found = new Finding.Collector(check);
        Set<Row> rows = new LinkedHashSet<>();
        for (FinalRead read : evidence.reads()) {
            found.looked(read.rows().size());
            rows.addAll(wrong.apply(RowTally.of(evidence.logs(), read)));
        }
        rows.forEach(row -> found.violation(describe(evidence, row) + " " + what));
        return found.finding();
    }

    private static String describe(Evidence evidence, Row row) {
        String write = "write " + row.sequence() + " of writer " + row.writer();
        return evidence.logs().stream()
                .filter(log -> log.writer() == row.writer() && row.sequence() >= 1 && row.sequence() <= log.size())
                .findFirst()
                .map(log -> write + " (" + log.kind() + place(log, row) + ")")
                .orElse(write);
    }

    private static String place(AckLog log, Row row) {
        return log.place(row.sequence()).map(place -> ", on " + place).orElse("");
    }
}
