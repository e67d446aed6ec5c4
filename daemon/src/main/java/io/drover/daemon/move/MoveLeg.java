/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.FenceEpoch;
import io.drover.api.Lsn;
import io.drover.api.Move.Cutover;
import io.drover.api.PausePrediction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way over: forward to the target, or back.
 *
 * @param begun rows whose intent is recorded and that are not undone, in order
 * @param done rows whose result is recorded
 * @param timeline the source's timeline before the switch
 * @param finalLsn the end of the source's WAL, which the target must have replayed
 * @param fork where the new timeline leaves the old one
 * @param fencedEpoch the highest FENCED epoch of the instance's shards
 * @param prediction how long the pause was told to be, before the fence
 * @param cutover the switch as people see it
 * @param neighbours the other standbys, once row 78 has looked at them
 */
record MoveLeg(
        List<Integer> begun,
        List<Integer> done,
        @Nullable Integer timeline,
        @Nullable Lsn finalLsn,
        @Nullable Lsn fork,
        @Nullable FenceEpoch fencedEpoch,
        @Nullable PausePrediction prediction,
        @Nullable Cutover cutover,
        @Nullable Neighbours neighbours) {
    static final MoveLeg EMPTY = new MoveLeg(List.of(), List.of(), null, null, null, null, null, null, null);

    MoveLeg begin(int number) {
        return new MoveLeg(
                with(begun, number), done, timeline, finalLsn, fork, fencedEpoch, prediction, cutover, neighbours);
    }

    MoveLeg finish(int number) {
        return new MoveLeg(
                with(begun, number),
                with(done, number),
                timeline,
                finalLsn,
                fork,
                fencedEpoch,
                prediction,
                cutover,
                neighbours);
    }

    MoveLeg undone(int number) {
        return new MoveLeg(
                without(begun, number),
                without(done, number),
                timeline,
                finalLsn,
                fork,
                fencedEpoch,
                prediction,
                cutover,
                number == MoveSteps.FOLLOW ? null : neighbours);
    }

    /** The row has to be done once more. */
    MoveLeg again(int number) {
        return new MoveLeg(
                begun, without(done, number), timeline, finalLsn, fork, fencedEpoch, prediction, cutover, neighbours);
    }

    MoveLeg withNeighbours(Neighbours found) {
        return new MoveLeg(begun, done, timeline, finalLsn, fork, fencedEpoch, prediction, cutover, found);
    }

    MoveLeg predicted(PausePrediction told) {
        return new MoveLeg(begun, done, timeline, finalLsn, fork, fencedEpoch, told, cutover, neighbours);
    }

    MoveLeg fenced(FenceEpoch epoch, Cutover started) {
        return new MoveLeg(begun, done, timeline, finalLsn, fork, epoch, prediction, started, neighbours);
    }

    MoveLeg sealed(int sourceTimeline, Lsn end) {
        return new MoveLeg(begun, done, sourceTimeline, end, fork, fencedEpoch, prediction, cutover, neighbours);
    }

    MoveLeg forked(Lsn at) {
        return new MoveLeg(begun, done, timeline, finalLsn, at, fencedEpoch, prediction, cutover, neighbours);
    }

    MoveLeg withCutover(Cutover now) {
        return new MoveLeg(begun, done, timeline, finalLsn, fork, fencedEpoch, prediction, now, neighbours);
    }

    /** After a drill: nothing was cut over. */
    MoveLeg withoutCutover() {
        return new MoveLeg(begun, done, timeline, finalLsn, fork, fencedEpoch, prediction, null, neighbours);
    }

    private static List<Integer> with(List<Integer> numbers, int number) {
        if (numbers.contains(number)) {
            return numbers;
        }
        List<Integer> more = new ArrayList<>(numbers);
        more.add(number);
        return List.copyOf(more);
    }

    private static List<Integer> without(List<Integer> numbers, int number) {
        return numbers.stream().filter(other -> other != number).toList();
    }
}
