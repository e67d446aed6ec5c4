/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.time.Scheduler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A question to a server some of whose sessions are stopped, or that may stand still as a whole. One of them may hold a lock that the answer needs (hazard H81), and
 * waiting for a lock in PostgreSQL's memory heeds no timeout of its own: only letting them go on ends it.
 */
final class WhileHeld {
    private final Scheduler scheduler;
    private final ExecutorService threads;
    private @Nullable CompletableFuture<?> late;

    /** Asks on threads that give each question one of its own. */
    WhileHeld(Scheduler scheduler, ExecutorService threads) {
        this.scheduler = scheduler;
        this.threads = threads;
    }

    /**
     * Asks.
     *
     * @param limit how long to wait while they are held
     * @param release lets them go on
     * @return the answer; empty when they had to be released. Then nothing else may be asked before {@link #awaitLate}
     * @throws DroverException what the question throws
     */
    <T> Optional<T> ask(Supplier<T> question, Duration limit, Runnable release) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        threads.execute(() -> answer(question, answer));
        Optional<T> inTime = await(answer, limit);
        if (inTime.isEmpty()) {
            late = answer;
            release.run();
        }
        return inTime;
    }

    /**
     * Asks where letting sessions go on would not help: the question itself may stand still, with the whole server, for longer than
     * clients can wait.
     *
     * @throws DroverException what the question throws; SEAL_FAILED when there is no answer within the limit
     */
    <T> T require(Supplier<T> question, Duration limit) {
        return ask(question, limit, () -> {})
                .orElseThrow(() -> new DroverException(
                        ErrorCode.SEAL_FAILED,
                        "the source gave no answer within " + limit.toMillis() + " ms while it was sealed",
                        "abort; look at whether its processes are stopped (state T in ps)"));
    }

    Deadline in(Duration limit) {
        return Deadline.in(scheduler, limit);
    }

    private static <T> void answer(Supplier<T> question, CompletableFuture<T> answer) {
        try {
            answer.complete(question.get());
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    /**
     * Waits for the answer that came too late, if there is one, and drops it: a connection is free again only with its answer.
     *
     * @throws DroverException what the question throws; SEAL_FAILED when there is no answer even now
     */
    void awaitLate(Duration limit) {
        CompletableFuture<?> answer = late;
        if (answer != null && await(answer, limit).isEmpty()) {
            throw new DroverException(
                    ErrorCode.SEAL_FAILED,
                    "the source gave no answer within " + limit.toMillis()
                            + " ms after its sessions were let go on and ended",
                    "abort; look at what its processes wait for (pg_stat_activity)");
        }
        late = null;
    }

    private <T> Optional<T> await(CompletableFuture<T> answer, Duration limit) {
        try {
            return Optional.of(scheduler.await(answer, limit));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof DroverException failure
                    ? failure
                    : new DroverException(ErrorCode.SEAL_FAILED, "the source could not be asked: " + e, null, e);
        } catch (InterruptedException e) {
            throw Deadline.shuttingDown(e);
        }
    }
}
