/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.api.MoveRequest.Mode;
import io.drover.testing.fault.FaultSlot.Leg;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * What a seed makes of a run. Kinds and slots are walked, not drawn: consecutive seeds go through all of either, and through all
 * pairs in the end. The rest is drawn.
 *
 * @param slot when
 * @param point the fault point of the slot
 * @param faults what; a second one in every seventh run, at the same point or a little later
 * @param target which of the two nodes that do not serve is the target, 0 or 1
 * @param mode of the move and of its rollback
 * @param tail a burst that makes Drover miss the end of the WAL; empty in most runs
 */
record FaultPlan(
        long seed, FaultSlot slot, String point, List<Fault> faults, int target, Mode mode, Optional<TailPlan> tail) {
    /** The usual size of WAL segments. */
    static final int SEGMENT_MEBIBYTES = 16;

    /** As often as each: most moves are sealed ones. */
    private static final List<Mode> MODES =
            List.of(Mode.SEALED, Mode.SEALED, Mode.SEALED, Mode.STRICT, Mode.CLEAN_STOP);

    /** As every seventh run has a second fault, one in seven does. */
    private static final int SECOND_EVERY = 7;

    private static final int MILLIS_DOWN = 1000;
    private static final int MORE_MILLIS_DOWN = 2500;
    /** Sessions end after 3 s. */
    private static final int MILLIS_AWAY = 4500;

    private static final int MORE_MILLIS_AWAY = 1500;
    private static final int MILLIS_LATER = 1500;

    FaultPlan {
        faults = List.copyOf(faults);
    }

    /** Which direction of a pair is cut. */
    enum Direction {
        BOTH,
        THERE,
        BACK
    }

    /**
     * One fault.
     *
     * @param after how long after the point was reached
     * @param lasts how long until a killed process is started again, or a frozen, cut off or starved one is left in peace
     */
    record Fault(FaultKind kind, Duration after, Duration lasts, Direction direction) {
        @Override
        public String toString() {
            return kind
                    + (kind.deed() == FaultKind.Deed.CUT && direction != Direction.BOTH ? "-" + direction : "")
                    + (after.isZero() ? "" : " after " + after.toMillis() + " ms") + " for " + lasts.toMillis() + " ms";
        }
    }

    /** The plan of a seed. */
    static FaultPlan of(long seed) {
        Random random = new Random(seed * 0x9E3779B97F4A7C15L);
        FaultKind kind = FaultKind.values()[Math.floorMod(seed, FaultKind.values().length)];
        int slots = FaultSlot.ALL.size();
        // where the same pairs would come again the slots are one further
        long first = seed + Math.floorDiv(seed, pairsInOneGo());
        FaultSlot slot = FaultSlot.ALL.get(Math.floorMod(first, slots));
        for (int i = 1; !kind.fits(slot); i++) {
            // the next one of the list is as good
            slot = FaultSlot.ALL.get(Math.floorMod(first + i, slots));
        }
        List<Fault> faults = new ArrayList<>();
        faults.add(fault(kind, Duration.ZERO, random));
        if (Math.floorMod(seed, SECOND_EVERY) == SECOND_EVERY - 1) {
            faults.add(second(kind, slot, random));
        }
        String point = slot.points().get(random.nextInt(slot.points().size()));
        int target = random.nextInt(2);
        Mode mode = MODES.get(random.nextInt(MODES.size()));
        Optional<TailPlan> tail = TailPlan.of(seed, slot, point);
        return new FaultPlan(seed, slot, tail.map(TailPlan::point).orElse(point), faults, target, mode, tail);
    }

    /** After so many seeds both lists begin anew at once. */
    private static long pairsInOneGo() {
        BigInteger kinds = BigInteger.valueOf(FaultKind.values().length);
        BigInteger slots = BigInteger.valueOf(FaultSlot.ALL.size());
        return kinds.multiply(slots).divide(kinds.gcd(slots)).longValueExact();
    }

    private static Fault second(FaultKind first, FaultSlot slot, Random random) {
        FaultKind kind;
        do {
            kind = FaultKind.values()[random.nextInt(FaultKind.values().length)];
        } while (kind == first || kind.party() == first.party() || !kind.fits(slot));
        boolean atOnce = random.nextBoolean();
        return fault(kind, Duration.ofMillis(atOnce ? 0 : 1 + random.nextInt(MILLIS_LATER)), random);
    }

    private static Fault fault(FaultKind kind, Duration after, Random random) {
        int millis = kind.deed() == FaultKind.Deed.KILL && kind != FaultKind.LOSE_QUORUM
                ? MILLIS_DOWN + random.nextInt(MORE_MILLIS_DOWN)
                : MILLIS_AWAY + random.nextInt(MORE_MILLIS_AWAY);
        Direction direction = Direction.values()[random.nextInt(Direction.values().length)];
        return new Fault(kind, after, Duration.ofMillis(millis), direction);
    }

    boolean isBack() {
        return slot.leg() == Leg.BACK;
    }

    boolean withStandby() {
        return slot.withStandby();
    }

    boolean isAborted() {
        return slot.leg() == Leg.ABORT;
    }

    /** At which passage of the point the faults are made. */
    int passage() {
        return tail.map(TailPlan::passage).orElse(1);
    }

    /** What the shard has to be made with: the run needs a cluster of this kind. */
    int segmentMebibytes() {
        return tail.isPresent() ? TailPlan.SEGMENT_MEBIBYTES : SEGMENT_MEBIBYTES;
    }

    @Override
    public String toString() {
        return "seed " + seed + ": " + mode.text() + ", " + slot + " at " + point + ": " + faults
                + tail.map(burst -> "; " + burst).orElse("");
    }
}
