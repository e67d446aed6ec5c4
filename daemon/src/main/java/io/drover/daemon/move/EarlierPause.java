/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.Drill;
import io.drover.api.Move.Cutover;
import io.drover.api.Move.Phase;
import io.drover.topology.Versioned;
import io.drover.topology.ZkLayout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What pauses of an instance have taken before: in the move's own drill, and in the newest move that was promoted in one go. */
record EarlierPause(List<Measured> measured) {
    EarlierPause {
        measured = List.copyOf(measured);
    }

    /** A phase and who has measured it. */
    record Measured(String phase, double millis, String from) {}

    static EarlierPause of(MoveContext context) {
        List<Measured> found = new ArrayList<>();
        Drill drill = context.record().drill();
        if (drill != null && drill.error() == null) {
            drill.measured()
                    .forEach(phase -> found.add(new Measured(phase.name(), phase.millis(), "the move's drill")));
        }
        newestSwitch(context)
                .ifPresent(record -> phases(record)
                        .forEach(phase -> found.add(new Measured(
                                phase.name(),
                                phase.millis(),
                                "move " + record.identity().id()))));
        return new EarlierPause(found);
    }

    /** The phase as it was measured last; the move's own drill is newer than any other move. */
    Optional<Measured> phase(String name) {
        return measured.stream().filter(each -> each.phase().equals(name)).findFirst();
    }

    /** The newest move of the instance that was promoted in one go, if possible to the same node. */
    static Optional<MoveRecord> newestSwitch(MoveContext context) {
        MoveRecord.Identity own = context.record().identity();
        return context.services().documents().readAll(ZkLayout.moves(MoveRecord.class)).stream()
                .map(Versioned::value)
                .filter(record -> record.identity().instance().equals(own.instance()))
                .filter(record -> !pastTheSync(record).isEmpty())
                .max(Comparator.comparing((MoveRecord record) ->
                                record.identity().target().equals(own.target()))
                        .thenComparing(EarlierPause::servingAt));
    }

    private static Instant servingAt(MoveRecord record) {
        Cutover cutover = record.forward().cutover();
        return cutover == null || cutover.servingAt() == null ? Instant.EPOCH : cutover.servingAt();
    }

    /** The phases of a switch that a drill does not have. */
    static List<Phase> pastTheSync(MoveRecord record) {
        return phases(record).stream()
                .filter(phase -> phase.step() > MoveSteps.SYNC)
                .toList();
    }

    private static List<Phase> phases(MoveRecord record) {
        @Nullable Cutover cutover = record.forward().cutover();
        return cutover == null ? List.of() : cutover.phases();
    }
}
