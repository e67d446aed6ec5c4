/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.time.Scheduler;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kit's own thread, on which nothing may block, and threads for what does. */
final class KitThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KitThreads.class);
    /** HikariCP waits up to ten seconds for sessions in use to end. */
    private static final Duration END = Duration.ofSeconds(15);

    private final ScheduledExecutorService own;
    private final ExecutorService background;

    KitThreads(Scheduler scheduler, String name) {
        own = scheduler.newTimer(name);
        background = scheduler.newThreads(name + "-background");
    }

    void execute(Runnable task) {
        try {
            own.execute(logged(task));
        } catch (RejectedExecutionException e) {
            LOG.debug("closed: a late event is left", e);
        }
    }

    void after(Duration delay, Runnable task) {
        try {
            own.schedule(logged(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed: a late event is left", e);
        }
    }

    void background(Runnable task) {
        try {
            background.execute(logged(task));
        } catch (RejectedExecutionException e) {
            LOG.debug("closed: a late event is left", e);
        }
    }

    /** Ends the threads after what they were given to do; what they were to do later is left. */
    @Override
    public void close() {
        try {
            own.shutdown();
            boolean ended = own.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS);
            background.shutdown();
            if (!background.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS) || !ended) {
                LOG.warn("the kit's threads did not end within {}", END);
            }
        } catch (InterruptedException e) {
            own.shutdownNow();
            background.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static Runnable logged(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("BUG: a task of the client kit failed", e);
            }
        };
    }
}
