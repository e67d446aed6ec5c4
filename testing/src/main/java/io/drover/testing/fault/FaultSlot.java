/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of a move in which faults are made: a row as its controller runs it, or what an agent does meanwhile.
 *
 * @param leg the way there, the way back, or the way there with an abort
 * @param actor who passes the points
 * @param row the row that the move is in
 * @param points the fault points of the part
 */
record FaultSlot(Leg leg, Actor actor, int row, List<String> points) {
    private static final int STANDBY_RUNS = 55;
    private static final int COPY = 40;
    private static final int FENCE = 100;
    private static final int COMMIT = 130;
    private static final int BAKE = 170;
    private static final List<String> RUN = List.of("run/before", "run/after");
    private static final List<String> RECORD = List.of("record/before", "record/after");
    private static final List<String> RESULT = List.of("result/before", "result/after");
    /** Rows whose only record is their result, written when the next one is entered or the move ends. */
    private static final List<Integer> WITH_RESULT = List.of(150, 180);

    /** Every row of the move table. */
    static final List<Integer> ROWS =
            List.of(10, 20, 30, 40, 50, 55, 60, 70, 75, 78, 80, 90, 95, 100, 110, 120, 130, 140, 150, 160, 170, 180);
    /** Rows that have nothing to do in a move of a shard without other standbys. */
    private static final List<Integer> OF_STANDBYS = List.of(55, 78);
    /** Rows of the pause that are written down by a later one. */
    private static final List<Integer> WITHOUT_RECORD = List.of(110, 120, 140);

    /** Every slot. */
    static final List<FaultSlot> ALL = all();

    /** Which part of a move's life. */
    enum Leg {
        FORWARD,
        BACK,
        ABORT
    }

    /** Whose fault points. */
    enum Actor {
        CONTROLLER,
        SOURCE_AGENT,
        TARGET_AGENT
    }

    FaultSlot {
        points = List.copyOf(points);
    }

    /** Whether the target has a running PostgreSQL then. */
    boolean targetRuns() {
        return switch (leg) {
            case FORWARD -> row >= STANDBY_RUNS;
            case BACK -> true;
            case ABORT -> row >= STANDBY_RUNS;
        };
    }

    /** Whether the source has one then; from the point of no return until it has been rejoined it may or may not. */
    boolean sourceRuns() {
        return row <= COMMIT || row == BAKE;
    }

    /** Whether the target has files that can grow then. */
    boolean targetHasFiles() {
        return leg != Leg.FORWARD || row >= COPY;
    }

    /** Whether the move makes a further standby, so that its row has something to do. */
    boolean withStandby() {
        return OF_STANDBYS.contains(row);
    }

    /** Whether writes are held then. */
    boolean isInPause() {
        return row >= FENCE && row <= 150;
    }

    /** Its name in reports. */
    @Override
    public String toString() {
        String name = points.get(0);
        String place = name.substring(0, name.lastIndexOf('/'));
        return leg.name().toLowerCase(java.util.Locale.ROOT) + "/" + (actor == Actor.CONTROLLER ? "row-" + row : place);
    }

    private static List<FaultSlot> all() {
        List<FaultSlot> all = new ArrayList<>();
        for (int row : ROWS) {
            all.add(row(Leg.FORWARD, row));
        }
        for (int row : ROWS) {
            if (row >= 75 && row != BAKE) {
                all.add(row(Leg.BACK, row));
            }
        }
        for (int row : List.of(30, 50, 55, 75, 78, 80, 95, 100, 110)) {
            all.add(new FaultSlot(
                    Leg.ABORT,
                    Actor.CONTROLLER,
                    row,
                    around("row-" + row, List.of("undo/before", "undo/after", "undone/after"))));
        }
        agents(all, Leg.FORWARD, Actor.SOURCE_AGENT, 80, "verb-arm-guard/run");
        agents(all, Leg.FORWARD, Actor.SOURCE_AGENT, 95, "verb-prepare-seal/run");
        agents(all, Leg.FORWARD, Actor.SOURCE_AGENT, 110, "seal/door", "seal/sessions", "seal/wal");
        agents(all, Leg.FORWARD, Actor.SOURCE_AGENT, 140, "verb-stop/run");
        agents(all, Leg.FORWARD, Actor.SOURCE_AGENT, 160, "verb-audit/run", "rejoin/start");
        agents(all, Leg.FORWARD, Actor.TARGET_AGENT, 40, "copy/base-backup", "copy/install");
        agents(all, Leg.FORWARD, Actor.TARGET_AGENT, 50, "verb-start-standby/run");
        agents(all, Leg.FORWARD, Actor.TARGET_AGENT, 75, "verb-prepare-target/run");
        agents(all, Leg.FORWARD, Actor.TARGET_AGENT, 120, "verb-await-replayed/run");
        agents(all, Leg.FORWARD, Actor.TARGET_AGENT, 140, "promote/promotion");
        agents(all, Leg.FORWARD, Actor.TARGET_AGENT, 150, "publish/serving");
        agents(all, Leg.ABORT, Actor.SOURCE_AGENT, 110, "unseal/sessions", "unseal/door");
        agents(all, Leg.ABORT, Actor.TARGET_AGENT, 50, "set-aside/rename");
        return List.copyOf(all);
    }

    private static FaultSlot row(Leg leg, int row) {
        List<String> points = new ArrayList<>(around("row-" + row, RUN));
        if (WITH_RESULT.contains(row)) {
            points.addAll(around("row-" + row, RESULT));
        } else if (!WITHOUT_RECORD.contains(row)) {
            points.addAll(around("row-" + row, RECORD));
        }
        return new FaultSlot(leg, Actor.CONTROLLER, row, points);
    }

    private static void agents(List<FaultSlot> all, Leg leg, Actor actor, int row, String... places) {
        for (String place : places) {
            all.add(new FaultSlot(leg, actor, row, around(place, List.of("before", "after"))));
        }
    }

    private static List<String> around(String place, List<String> parts) {
        return parts.stream().map(part -> place + "/" + part).toList();
    }
}
