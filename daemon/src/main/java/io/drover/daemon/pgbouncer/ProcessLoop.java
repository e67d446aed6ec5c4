/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.time.Scheduler;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes step after step with one process, on a thread of its own: one that does not answer holds up no other. */
final class ProcessLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessLoop.class);

    private static final Duration END = Duration.ofSeconds(5);

    private final PoolerProcess process;
    private final Consumer<Standing> report;
    private final Semaphore news = new Semaphore(0);
    private final ExecutorService thread;
    private volatile @Nullable Wish wish;
    private volatile boolean closed;

    ProcessLoop(PoolerProcess process, Consumer<Standing> report, Scheduler scheduler) {
        this.process = process;
        this.report = report;
        this.thread = scheduler.newThreads("drover-pgbouncer " + process.place());
        thread.execute(this::run);
    }

    void wish(Wish next) {
        wish = next;
        news.release();
    }

    private void run() {
        try {
            long wait = Long.MAX_VALUE;
            while (!closed) {
                if (news.tryAcquire(wait, TimeUnit.NANOSECONDS)) {
                    news.drainPermits();
                }
                Wish next = wish;
                if (next != null && !closed) {
                    wait = step(next);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.close();
        }
    }

    private long step(Wish next) {
        Standing standing;
        try {
            standing = process.step(next);
        } catch (RuntimeException e) {
            LOG.error("{}: a fault in Drover", process.place(), e);
            standing = new Standing(next, Standing.Phase.LOST, String.valueOf(e.getMessage()));
        }
        report.accept(standing);
        return standing.next().toNanos();
    }

    @Override
    public void close() {
        closed = true;
        news.release();
        thread.shutdown();
        try {
            if (!thread.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{}: its thread does not end within {}", process.place(), END);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
