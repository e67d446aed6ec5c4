/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A question to a server some of whose sessions are stopped. One of them may hold a lock that the answer needs (hazard H81), and
 * waiting for a lock in PostgreSQL's memory heeds no timeout of its own: only letting them go on ends it.
 */
final class WhileHeld {
    private @Nullable CompletableFuture<?> late;

    /**
     * Asks.
     *
     * @param limit how long to wait while they are held
     * @param release lets them go on
     * @return the answer; empty when they had to be released. Then nothing else may be asked before {@link #awaitLate}
     * @throws DroverException what the question throws
     */
    <T> Optional<T> ask(Supplier<T> question, Duration limit, Runnable release) {
        CompletableFuture<T> answer = CompletableFuture.supplyAsync(question, WhileHeld::onItsOwn);
        Optional<T> inTime = await(answer, limit);
        if (inTime.isEmpty()) {
            late = answer;
            release.run();
        }
        return inTime;
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

    /** Never in the way of the agent's end. */
    private static void onItsOwn(Runnable task) {
        Thread thread = new Thread(task, "while-held");
        thread.setDaemon(true);
        thread.start();
    }

    private static <T> Optional<T> await(CompletableFuture<T> answer, Duration limit) {
        try {
            return Optional.of(answer.get(limit.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof DroverException failure
                    ? failure
                    : new DroverException(ErrorCode.SEAL_FAILED, "the source could not be asked: " + e, null, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DroverException(ErrorCode.TIMEOUT, "the agent is shutting down", null, e);
        }
    }
}
