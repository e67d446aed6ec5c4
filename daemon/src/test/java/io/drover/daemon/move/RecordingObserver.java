/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.ErrorCode;
import io.drover.api.Move.Phase;
import io.drover.api.MoveId;
import io.drover.daemon.metrics.MoveObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Keeps what it is told. */
final class RecordingObserver implements MoveObserver {
    final List<Integer> started = Collections.synchronizedList(new ArrayList<>());
    final List<Integer> finished = Collections.synchronizedList(new ArrayList<>());
    final List<Double> pauses = Collections.synchronizedList(new ArrayList<>());
    final List<Double> drills = Collections.synchronizedList(new ArrayList<>());
    final List<String> notDrained = Collections.synchronizedList(new ArrayList<>());
    /** Called when a row was let in and is about to be written down. */
    volatile IntConsumer onStart = step -> {};

    @Override
    public void leading(boolean leads) {}

    @Override
    public void stepStarted(MoveId move, int step) {
        started.add(step);
        onStart.accept(step);
    }

    @Override
    public void stepFinished(MoveId move, int step) {
        finished.add(step);
    }

    @Override
    public void pauseMeasured(MoveId move, double millis, List<Phase> phases, @Nullable Double predictedMillis) {
        pauses.add(millis);
    }

    @Override
    public void drillMeasured(MoveId move, double pauseMillis, double heldMillis) {
        drills.add(pauseMillis);
    }

    @Override
    public void notDrained(MoveId move, String client) {
        notDrained.add(client);
    }

    @Override
    public void failed(ErrorCode code) {}

    @Override
    public void bytesCopied(MoveId move, long bytes) {}
}
