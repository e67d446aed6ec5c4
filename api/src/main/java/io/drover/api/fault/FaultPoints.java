/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api.fault;

import io.drover.api.fault.FaultPoint.When;
import java.util.function.Supplier;

/**
 * Hooks around everything that outlives a process: durable records and side effects. They do nothing: production has no way to arm
 * them, no setting, no request, no file. A test puts a {@link Listener} in, which may end or stop the process there.
 */
public final class FaultPoints {
    private static final Listener NOTHING = point -> {};
    private static volatile Listener listener = NOTHING;

    private FaultPoints() {}

    /** Hears of every point that is reached, on the thread that reaches it. */
    @FunctionalInterface
    public interface Listener {
        void reached(FaultPoint point);
    }

    /**
     * Arms the points of this process, for tests; the answer disarms them.
     *
     * @throws IllegalStateException when they are armed already
     */
    public static synchronized AutoCloseable arm(Listener armed) {
        if (listener != NOTHING) {
            throw new IllegalStateException("the fault points of this process are armed already");
        }
        listener = armed;
        return () -> listener = NOTHING;
    }

    /** Brings an effect about, with a point on either side. One that fails has no point after it: it may be there or not. */
    public static <T> T around(String place, String effect, Supplier<T> action) {
        reach(place, effect, When.BEFORE);
        T result = action.get();
        reach(place, effect, When.AFTER);
        return result;
    }

    /** The same without a result. */
    public static void around(String place, String effect, Runnable action) {
        reach(place, effect, When.BEFORE);
        action.run();
        reach(place, effect, When.AFTER);
    }

    /** A point is reached. */
    public static void reach(String place, String effect, When when) {
        Listener now = listener;
        if (now != NOTHING) {
            now.reached(new FaultPoint(place, effect, when));
        }
    }
}
