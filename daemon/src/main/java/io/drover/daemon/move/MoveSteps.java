/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.api.MoveState.BAKING;
import static io.drover.api.MoveState.CATCHING_UP;
import static io.drover.api.MoveState.COMPLETED;
import static io.drover.api.MoveState.COPYING;
import static io.drover.api.MoveState.CUTTING_OVER;
import static io.drover.api.MoveState.PREPARING;
import static io.drover.api.MoveState.READY;
import static io.drover.api.MoveState.REVERSING;
import static io.drover.api.MoveState.VERIFYING;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MovePlan.PlannedStep;
import io.drover.daemon.move.MoveStep.Guard;
import io.drover.daemon.move.MoveStep.Limits;
import io.drover.daemon.move.MoveStep.Probe;
import io.drover.daemon.move.MoveStep.Recording;
import io.drover.daemon.move.MoveStep.Undo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The move table: the only place that knows the order of a move. The driver, the dry run, the documentation, the metrics and the
 * tests read it.
 */
final class MoveSteps {
    /** The table of moves whose record names none. */
    static final int FIRST_TABLE = 1;
    /**
     * The number of {@link #TABLE}. A move keeps to the table that it began with: who changes an order, the meaning of a row or of what
     * is stored gives the new table the next number, and keeps the old one until no stored move can have it any more.
     */
    static final int NEWEST_TABLE = 1;

    static final int RESERVE = 20;
    static final int COPY = 40;
    static final int STANDBY = 50;
    static final int MAKE_STANDBYS = 55;
    static final int APPROVAL = 70;
    static final int ARM = 75;
    static final int FOLLOW = 78;
    static final int PREPARE_SEAL = 95;
    static final int FENCE = 100;
    static final int SEAL = 110;
    static final int SYNC = 120;
    static final int COMMIT = 130;
    static final int PROMOTE = 140;
    static final int PUBLISH = 150;
    static final int REVERSE = 160;
    static final int BAKE = 170;
    static final int CLOSE = 180;

    static final List<MoveStep> TABLE = List.of(
            new MoveStep(
                    10,
                    PREPARING,
                    "preflight",
                    "check everything on {source} and {target} that needs no standby",
                    Guard.NONE,
                    PrepareRows::preflight,
                    Probe.REPEAT,
                    Undo.nothing("checks change nothing"),
                    Recording.OWN,
                    Limits.seconds(60, 30)),
            new MoveStep(
                    RESERVE,
                    PREPARING,
                    "reserve",
                    "lock the instance and both nodes for this move and name the move in the topology of {shard}",
                    Guard.NONE,
                    PrepareRows::reserve,
                    PrepareRows::isReserved,
                    Undo.by("name no move in the topology and free the locks", PrepareRows::release),
                    Recording.OWN,
                    Limits.seconds(10, 30)),
            new MoveStep(
                    30,
                    PREPARING,
                    "slot",
                    "create the physical slot {slot} on {source}, with WAL reserved at once",
                    Guard.NONE,
                    PrepareRows::createSlot,
                    Probe.REPEAT,
                    Undo.by("drop the slot on the source", PrepareRows::dropSlot),
                    Recording.OWN,
                    Limits.seconds(15, 60)),
            new MoveStep(
                    COPY,
                    COPYING,
                    "base backup",
                    "copy {source} to a staging directory on {target} and verify it against its manifest",
                    Guard.NONE,
                    CopyRows::copy,
                    CopyRows::isCopied,
                    Undo.by("end the copy and remove its staging directory", CopyRows::discard),
                    Recording.OWN,
                    Limits.seconds(20, 600).undoneWithin(300).restingUpTo(30)),
            new MoveStep(
                    STANDBY,
                    CATCHING_UP,
                    "standby",
                    "start the copy on {target} as a hot standby and wait until its replay has caught up",
                    Guard.NONE,
                    CopyRows::catchUp,
                    Probe.REPEAT,
                    Undo.by("stop the standby on the target and set its directory aside", CopyRows::setAside),
                    Recording.OWN,
                    Limits.seconds(60, 300).undoneWithin(300)),
            new MoveStep(
                    MAKE_STANDBYS,
                    CATCHING_UP,
                    "further standbys",
                    "make the further standbys that were asked for: copy {target} to {standbys}, to follow it",
                    Guard.NONE,
                    StandbyCopies::make,
                    Probe.REPEAT,
                    Undo.by("stop the further standbys and set their directories aside", StandbyCopies::setAside),
                    Recording.OWN,
                    Limits.seconds(60, 300).undoneWithin(300).restingUpTo(30)),
            new MoveStep(
                    60,
                    VERIFYING,
                    "verification",
                    "compare row counts and canary queries of {source} and {target}",
                    Guard.NONE,
                    CopyRows::verify,
                    Probe.REPEAT,
                    Undo.nothing("comparing changes nothing"),
                    Recording.OWN,
                    Limits.seconds(600, 60)),
            new MoveStep(
                    APPROVAL,
                    READY,
                    "approval",
                    "wait for approval when it was asked for",
                    Guard.NONE,
                    CopyRows::awaitApproval,
                    Probe.REPEAT,
                    Undo.nothing("waiting changes nothing"),
                    Recording.OWN,
                    Limits.seconds(10, 0)),
            new MoveStep(
                    ARM,
                    CUTTING_OVER,
                    "prepare cutover",
                    "clear what stands in the way on {source}, check everything again, warm the clients' pools to {target}, checkpoint"
                            + " {source}, restartpoint {target}, set the target up for its promotion, make the slot of the"
                            + " way back, rehearse the pause and predict it",
                    Guard.NONE,
                    CutoverRows::prepare,
                    Probe.REPEAT,
                    Undo.by(
                            "take the target out of the topology, reset its settings, drop the slot for the way back",
                            CutoverRows::unprepare),
                    Recording.OWN,
                    Limits.seconds(300, 20).undoneWithin(300)),
            new MoveStep(
                    FOLLOW,
                    CUTTING_OVER,
                    "other standbys",
                    "let the other standbys of {source} follow {target}, and commits that wait for them wait for {target}",
                    Guard.NONE,
                    StandbyRows::follow,
                    Probe.REPEAT,
                    Undo.by(
                            "let the other standbys follow the source again, and commits wait for them again",
                            StandbyRows::unfollow),
                    Recording.OWN,
                    Limits.seconds(30, 20).undoneWithin(300)),
            new MoveStep(
                    80,
                    CUTTING_OVER,
                    "guard",
                    "write most of the filler, make {target} a synchronous standby of {source} and prove that commits wait for it",
                    Guard.NONE,
                    CutoverRows::armGuard,
                    Probe.REPEAT,
                    Undo.by("reset synchronous_standby_names on the source", CutoverRows::disarmGuard),
                    Recording.OWN,
                    Limits.seconds(30, 10).undoneWithin(300)),
            new MoveStep(
                    90,
                    CUTTING_OVER,
                    "align WAL",
                    "write filler on {source} to just before the end of its WAL segment",
                    Guard.NONE,
                    CutoverRows::alignWal,
                    Probe.REPEAT,
                    Undo.nothing("filler is WAL that no reader sees"),
                    Recording.OWN,
                    Limits.seconds(30, 10)),
            new MoveStep(
                    PREPARE_SEAL,
                    CUTTING_OVER,
                    "prepare seal",
                    "write the seal's settings on {source} to disk, warm every connection and code path of the pause, and predict it",
                    Guard.NONE,
                    CutoverRows::prepareSeal,
                    Probe.REPEAT,
                    Undo.by("take the seal's settings off the disk", CutoverRows::unprepareSeal),
                    Recording.OWN,
                    Limits.seconds(30, 10)),
            new MoveStep(
                    FENCE,
                    CUTTING_OVER,
                    "fence",
                    "raise the fence of {shard}: clients hold new work, finish what is in flight, acknowledge",
                    FenceRows::notLoweredMeanwhile,
                    FenceRows::raiseFence,
                    FenceRows::isFenced,
                    Undo.by("lower the fence: writes go on at the source", FenceRows::lowerFence),
                    Recording.JOINED,
                    Limits.seconds(5, 0)),
            new MoveStep(
                    SEAL,
                    CUTTING_OVER,
                    "seal",
                    "leave no process on {source} that can commit, and end its WAL on a segment boundary; in mode strict or clean-stop,"
                            + " stop {source}, too",
                    PauseBudget::withinBudget,
                    SealRows::seal,
                    Probe.REPEAT,
                    Undo.by("open the source again", SealRows::unseal),
                    Recording.JOINED,
                    Limits.seconds(30, 0)),
            new MoveStep(
                    SYNC,
                    CUTTING_OVER,
                    "final sync",
                    "wait until {target} itself has replayed the end of the source's WAL",
                    PauseBudget::withinBudget,
                    SealRows::awaitReplayed,
                    Probe.REPEAT,
                    Undo.nothing("waiting changes nothing"),
                    Recording.JOINED,
                    Limits.seconds(10, 0)),
            new MoveStep(
                    COMMIT,
                    CUTTING_OVER,
                    "point of no return",
                    "declare {target} the one to be promoted; {source} is never reopened from here",
                    PromotionRows::mayCommit,
                    PromotionRows::commit,
                    PromotionRows::isCommitted,
                    Undo.nothing(
                            "before the declaration is stored there is nothing to undo, after it there is no undo"),
                    Recording.JOINED,
                    Limits.seconds(5, 0)),
            new MoveStep(
                    PROMOTE,
                    CUTTING_OVER,
                    "promotion",
                    "promote {target}; its agent publishes it at once",
                    Guard.NONE,
                    PromotionRows::promote,
                    Probe.REPEAT,
                    Undo.never(),
                    Recording.JOINED,
                    Limits.seconds(60, 300)),
            new MoveStep(
                    PUBLISH,
                    REVERSING,
                    "publish",
                    "publish {target} as the primary of {shard} unless that is done; the pause ends",
                    Guard.NONE,
                    PromotionRows::publish,
                    Probe.REPEAT,
                    Undo.never(),
                    Recording.RESULT,
                    Limits.seconds(10, 300)),
            new MoveStep(
                    REVERSE,
                    REVERSING,
                    "old primary",
                    "prove {source} stopped, archive and audit its WAL up to the fork, and make it the rollback replica",
                    Guard.NONE,
                    ReverseRows::reverse,
                    Probe.REPEAT,
                    Undo.never(),
                    Recording.OWN,
                    Limits.seconds(120, 600)),
            new MoveStep(
                    BAKE,
                    BAKING,
                    "bake",
                    "keep {source} as the way back until the operator closes it",
                    Guard.NONE,
                    ReverseRows::bake,
                    Probe.REPEAT,
                    Undo.never(),
                    Recording.OWN,
                    Limits.seconds(30, 600)),
            new MoveStep(
                    CLOSE,
                    COMPLETED,
                    "close",
                    "stop the copy on {source} and set it aside, drop the slots on {target}, free the locks",
                    Guard.NONE,
                    ReverseRows::close,
                    Probe.REPEAT,
                    Undo.never(),
                    Recording.RESULT,
                    Limits.seconds(60, 600)));

    private MoveSteps() {}

    /**
     * Refuses a move that began with a table which this version does not have: a newer controller has to go on with it.
     *
     * @throws DroverException UNKNOWN_TABLE
     */
    static void requireKnown(MoveRecord record) {
        int table = record.identity().table();
        if (table != NEWEST_TABLE) {
            throw new DroverException(
                    ErrorCode.UNKNOWN_TABLE,
                    "move " + record.identity().id() + " began with move table " + table
                            + ", and this controller's version walks table " + NEWEST_TABLE
                            + " only; it leaves the move as it is",
                    "let a controller of the newer version lead: start one, and stop those of this version");
        }
    }

    /**
     * The rows of the move's current way, in order. A rollback walks the cutover with the roles swapped, then closes; a
     * drill has no row from the point of no return on.
     */
    static List<MoveStep> rows(MoveRecord record) {
        if (record.rollingBack()) {
            return TABLE.stream()
                    .filter(step -> step.number() >= ARM && step.number() != BAKE)
                    .toList();
        }
        return record.drilling()
                ? TABLE.stream().filter(step -> step.number() <= SYNC).toList()
                : TABLE;
    }

    /**
     * The first row that is not done, or empty at the end of the way.
     *
     * @param unrecorded rows that are done and will be written down by a later one
     */
    static Optional<MoveStep> next(MoveRecord record, Set<Integer> unrecorded) {
        return rows(record).stream()
                .filter(step -> !record.leg().done().contains(step.number()))
                .filter(step -> !unrecorded.contains(step.number()))
                .findFirst();
    }

    /** The rows to undo. A drill that a waiting move was ordered to make is undone down to the wait. */
    static List<MoveStep> begunInReverse(MoveRecord record) {
        int last = record.orders().drill() ? APPROVAL : 0;
        List<MoveStep> begun = new ArrayList<>(TABLE.stream()
                .filter(step -> step.number() >= last)
                .filter(step -> record.leg().begun().contains(step.number()))
                .toList());
        Collections.reverse(begun);
        return begun;
    }

    /** What the move would do: its rows, and for a drill how they are undone. */
    static List<PlannedStep> plan(MoveRecord record) {
        List<MoveStep> rows = rows(record);
        List<PlannedStep> plan = new ArrayList<>();
        rows.forEach(step -> plan.add(new PlannedStep(step.number(), step.name(), step.sentence(record))));
        if (record.drilling()) {
            for (int i = rows.size() - 1; i >= 0; i--) {
                MoveStep step = rows.get(i);
                plan.add(new PlannedStep(
                        step.number(), "undo of " + step.name(), step.undo().does()));
            }
        }
        return plan;
    }

    /** What the row does that the move is at. */
    static String sentence(MoveRecord record) {
        int number = MoveOrders.stepOf(record);
        return TABLE.stream()
                .filter(step -> step.number() == number)
                .map(step -> step.sentence(record))
                .findFirst()
                .orElse("unknown to this version");
    }

    static String nameOf(int number) {
        return TABLE.stream()
                .filter(step -> step.number() == number)
                .map(MoveStep::name)
                .findFirst()
                .orElse("move");
    }
}
