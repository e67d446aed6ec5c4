/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.Move;
import io.drover.api.Move.Cutover;
import io.drover.api.Move.HistoryEntry;
import io.drover.api.Move.Rollback;
import io.drover.api.MoveState;
import io.drover.api.PausePrediction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the move that REST shows out of the stored record and what is true now. */
final class MoveView {
    private MoveView() {}

    static Move of(MoveRecord record, LiveView live, List<HistoryEntry> history) {
        MoveIdentity identity = record.identity();
        StepMark mark = record.step();
        return new Move(
                identity.id(),
                identity.request().shard(),
                identity.shards(),
                identity.source().node(),
                identity.target().node(),
                record.state(),
                record.orders().paused(),
                identity.mode(),
                mark == null ? null : new Move.Step(mark.number(), mark.name(), mark.since()),
                live.progress(),
                live.lag(),
                record.forward().prediction(),
                record.forward().cutover(),
                rollback(record, live),
                live.blockers(),
                WaitText.of(record, live),
                record.error(),
                record.drill(),
                history);
    }

    private static @Nullable Rollback rollback(MoveRecord record, LiveView live) {
        MoveLeg back = record.back();
        Cutover cutover = back == null ? null : back.cutover();
        boolean ready = record.state() == MoveState.BAKING && live.rollbackReady();
        PausePrediction prediction = back == null ? null : back.prediction();
        return record.bakeEndsAt() == null && cutover == null
                ? null
                : new Rollback(ready, live.rollbackLagBytes(), record.bakeEndsAt(), cutover, prediction);
    }
}
