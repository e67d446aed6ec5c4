/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.time.Scheduler;
import java.util.concurrent.ScheduledExecutorService;

/** A scheduler that knows a cheaper way to run what never waits: what the fakes do by themselves is of that kind. */
public interface EventLoop {
    /** A timer for tasks that do not wait. */
    ScheduledExecutorService newEvents(String name);

    /** The cheapest timer of a scheduler. */
    static ScheduledExecutorService timerOf(Scheduler scheduler, String name) {
        return scheduler instanceof EventLoop loop ? loop.newEvents(name) : scheduler.newTimer(name);
    }
}
