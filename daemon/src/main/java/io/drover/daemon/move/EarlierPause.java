/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.Drill;
import io.drover.api.Move.Cutover;
import io.drover.api.Move.Phase;
import io.drover.api.MoveRequest;
import io.drover.topology.Versioned;
import io.drover.topology.ZkLayout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What pauses of an instance have taken before: in the move's own drill, and in the newest moves that were promoted in one go. Of several
 * the median counts. One that took more than half of what this move may take tells nothing: it met something that is not there every time,
 * and a rollback would be refused for what has happened once.
 */
record EarlierPause(List<Measured> measured) {
    private static final int SWITCHES = 5;

    EarlierPause {
        measured = List.copyOf(measured);
    }

    /**
     * A phase and who has measured it.
     *
     * @param millis the median
     * @param least the shortest
     */
    record Measured(String phase, double millis, double least, String from) {}

    static EarlierPause of(MoveContext context) {
        double most = context.record().identity().request().maxWritePause().toMillis() / 2.0;
        List<Measured> found = new ArrayList<>();
        Drill drill = context.record().drill();
        if (drill != null && drill.error() == null && whole(drill.measured()) <= most) {
            drill.measured()
                    .forEach(phase ->
                            found.add(new Measured(phase.name(), phase.millis(), phase.millis(), "the move's drill")));
        }
        found.addAll(medians(switches(context), most));
        return new EarlierPause(found);
    }

    /** The phase as it was measured last; the move's own drill is newer than any other move. */
    Optional<Measured> phase(String name) {
        return measured.stream().filter(each -> each.phase().equals(name)).findFirst();
    }

    /**
     * What the first few of the switches took that count.
     *
     * @param most milliseconds of a whole pause that counts
     */
    static List<Measured> medians(Stream<MoveRecord> switches, double most) {
        List<MoveRecord> counting = switches.filter(record -> whole(phases(record)) <= most)
                .limit(SWITCHES)
                .toList();
        Map<String, List<Double>> millis = new LinkedHashMap<>();
        for (MoveRecord each : counting) {
            phases(each)
                    .forEach(phase -> millis.computeIfAbsent(phase.name(), name -> new ArrayList<>())
                            .add(phase.millis()));
        }
        return millis.entrySet().stream()
                .map(entry -> new Measured(
                        entry.getKey(),
                        median(entry.getValue()),
                        Collections.min(entry.getValue()),
                        from(counting, entry.getValue().size())))
                .toList();
    }

    /** Of an even number the shorter one in the middle. */
    private static double median(List<Double> values) {
        return values.stream()
                .sorted()
                .skip((values.size() - 1) / 2)
                .findFirst()
                .orElseThrow();
    }

    private static String from(List<MoveRecord> switches, int times) {
        String newest = "move " + switches.get(0).identity().id();
        return times == 1 ? newest : newest + " and " + (times - 1) + " before it, the median";
    }

    /** The newest move of the instance that was promoted in one go, if possible to the same node. */
    static Optional<MoveRecord> newestSwitch(MoveContext context) {
        return switches(context).findFirst();
    }

    /** The moves of the instance that were promoted in one go and are like this one, those to the same node first, of them the newest first. */
    private static Stream<MoveRecord> switches(MoveContext context) {
        MoveIdentity own = context.record().identity();
        return context.services().documents().readAll(ZkLayout.moves(MoveRecord.class)).stream()
                .map(Versioned::value)
                .filter(record -> record.identity().instance().equals(own.instance()))
                .filter(record -> isAligned(record.identity()) == isAligned(own))
                .filter(record -> !pastTheSync(record).isEmpty())
                .sorted(Comparator.comparing((MoveRecord record) ->
                                record.identity().target().equals(own.target()))
                        .thenComparing(EarlierPause::servingAt)
                        .reversed());
    }

    /** A checkpoint behind the boundary makes another pause of it, with another promotion. */
    private static boolean isAligned(MoveIdentity identity) {
        return identity.mode() != MoveRequest.Mode.CLEAN_STOP;
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

    private static double whole(List<Phase> phases) {
        return phases.stream().mapToDouble(Phase::millis).sum();
    }

    private static List<Phase> phases(MoveRecord record) {
        @Nullable Cutover cutover = record.forward().cutover();
        return cutover == null ? List.of() : cutover.phases();
    }
}
