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

/**
 * A question to a server some of whose sessions are stopped. One of them may hold a lock that the answer needs (hazard H81), and
 * waiting for a lock in PostgreSQL's memory heeds no timeout of its own: only letting them go on ends it.
 */
final class WhileHeld {
    private WhileHeld() {}

    /**
     * Asks.
     *
     * @param limit how long to wait while they are held
     * @param release lets them go on
     * @param released how long to wait then: a connection is free again only with its answer
     * @return the answer; empty when they had to be released, whatever the late answer was
     * @throws DroverException what the question throws; SEAL_FAILED when there is no answer even then
     */
    static <T> Optional<T> call(Supplier<T> question, Duration limit, Runnable release, Duration released) {
        CompletableFuture<T> answer = CompletableFuture.supplyAsync(question, WhileHeld::onItsOwn);
        Optional<T> inTime = await(answer, limit);
        if (inTime.isEmpty()) {
            release.run();
            if (await(answer, released).isEmpty()) {
                throw new DroverException(
                        ErrorCode.SEAL_FAILED,
                        "the source gave no answer within " + released.toMillis()
                                + " ms after its sessions were let go on",
                        "look at what its sessions wait for (pg_stat_activity)");
            }
        }
        return inTime;
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
