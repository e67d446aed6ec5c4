/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.api.Move.Phase;
import io.drover.bench.LoadKind;
import io.drover.bench.Observed;
import io.drover.testing.ledger.Pauses;
import java.util.List;
import java.util.stream.DoubleStream;

/** Results that nobody has measured. */
final class Results {
    static final Conditions EIGHT = new Conditions(LoadKind.WRITERS, 8);

    /** A run that measures nothing but Drover. */
    static final Others NO_OTHERS = new Others(false, List.of(), List.of("another"));

    private Results() {}

    static SeriesResult of(String key, Conditions conditions, Switch... switches) {
        SeriesResult result = new SeriesResult(SeriesTable.named(List.of(key)).get(0), conditions);
        List.of(switches).forEach(result::add);
        return result;
    }

    static Switch measured(double all, double worst, double rate) {
        return new Switch(
                Switch.Kind.MOVE,
                observed(all, worst, rate),
                29.0,
                30.0,
                List.of(new Phase(100, "fence", 4), new Phase(140, "rest", 25)));
    }

    /** Several, with the longest gaps of the worst client that are given. */
    static Switch[] moves(double... worst) {
        return DoubleStream.of(worst)
                .mapToObj(each -> measured(each, each, 2000))
                .toArray(Switch[]::new);
    }

    static Switch rolledBack(double worst) {
        return new Switch(Switch.Kind.ROLLBACK, observed(worst, worst, 2000), worst, null, List.of());
    }

    static Switch predicted(double predicted, double pause) {
        return new Switch(Switch.Kind.MOVE, observed(pause, pause, 2000), pause, predicted, List.of());
    }

    static Observed observed(double all, double worst, double rate) {
        return new Observed(new Pauses(all, worst, rate), worst + 1, 10);
    }
}
