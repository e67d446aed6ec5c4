/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How long the rehearsals of one move have taken on their way: to ZooKeeper, to the agent of the source, to that of the target. Only the
 * last ones count, since the first ones meet everything for the first time.
 */
final class RoundTrips {
    private static final int LAST = 9;
    private static final double NANOS_PER_MILLI = 1e6;

    private final LongSupplier nanos;
    private final Line zooKeeper = new Line();
    private final Line source = new Line();
    private final Line target = new Line();

    RoundTrips(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Milliseconds of one: the median, so that a single slow one does not count. */
    record Typical(double zooKeeper, double source, double target, int rehearsals) {}

    private static final class Line {
        private final Deque<Double> millis = new ArrayDeque<>();
        private int times;

        void add(double took) {
            times++;
            millis.add(took);
            if (millis.size() > LAST) {
                millis.remove();
            }
        }

        double typical() {
            return millis.isEmpty()
                    ? 0
                    : millis.stream()
                            .sorted()
                            .skip(millis.size() / 2)
                            .findFirst()
                            .orElseThrow();
        }
    }

    void zooKeeper(Runnable trip) {
        timed(zooKeeper, () -> {
            trip.run();
            return true;
        });
    }

    <T> T source(Supplier<T> trip) {
        return timed(source, trip);
    }

    <T> T target(Supplier<T> trip) {
        return timed(target, trip);
    }

    /** One that fails is no round trip. */
    private <T> T timed(Line line, Supplier<T> trip) {
        long begin = nanos.getAsLong();
        T answer = trip.get();
        line.add((nanos.getAsLong() - begin) / NANOS_PER_MILLI);
        return answer;
    }

    Typical typical() {
        return new Typical(zooKeeper.typical(), source.typical(), target.typical(), zooKeeper.times);
    }
}
