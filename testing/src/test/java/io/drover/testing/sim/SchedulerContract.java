/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.time.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;

/** What every scheduler keeps: the machine's own and the simulation's. */
@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop"}) // what locks and conditions do is what is tested
abstract class SchedulerContract {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(20);

    /** Something that happens on a thread of a scheduler. */
    interface Body {
        void run(Scheduler scheduler) throws Exception;
    }

    /** Runs it, and throws what it throws. */
    abstract void within(Body body);

    @Test
    void aPauseTakesItsTimeOnBothClocks() {
        within(scheduler -> {
            long nanos = scheduler.nanoTime();
            var instant = scheduler.clock().instant();

            scheduler.pause(SHORT);

            assertThat(scheduler.nanoTime() - nanos).isGreaterThanOrEqualTo(SHORT.toNanos());
            // the wall clock may be set
            assertThat(scheduler.clock().instant()).isAfter(instant);
        });
    }

    /** A finer time would not come back from JSON as what it was. */
    @Test
    void theWallClockTicksInWholeMilliseconds() {
        within(scheduler -> {
            for (int i = 0; i < 5; i++) {
                scheduler.pause(Duration.ofNanos(1_234_567));

                Instant now = scheduler.clock().instant();
                assertThat(now).isEqualTo(now.truncatedTo(ChronoUnit.MILLIS));
            }
        });
    }

    @Test
    void anAnswerEndsTheWaitForIt() {
        within(scheduler -> {
            CompletableFuture<String> answer = new CompletableFuture<>();
            scheduler.newThreads("answering").execute(() -> {
                pause(scheduler);
                answer.complete("yes");
            });

            assertThat(scheduler.await(answer, LONG)).isEqualTo("yes");
            assertThat(scheduler.await(answer, Duration.ZERO)).isEqualTo("yes");
        });
    }

    @Test
    void noAnswerEndsTheWaitAtItsLimit() {
        within(scheduler -> {
            CompletableFuture<String> never = new CompletableFuture<>();

            assertThatThrownBy(() -> scheduler.await(never, SHORT)).isInstanceOf(TimeoutException.class);
            assertThatThrownBy(() -> scheduler.await(never, Duration.ofSeconds(-1)))
                    .isInstanceOf(TimeoutException.class);
        });
    }

    @Test
    void aFailureIsTheCauseOfWhatIsThrown() {
        within(scheduler -> {
            CompletableFuture<String> failing = new CompletableFuture<>();
            failing.completeExceptionally(new IllegalStateException("no"));

            assertThatThrownBy(() -> scheduler.await(failing, LONG))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(IllegalStateException.class);
        });
    }

    @Test
    void anInterruptionEndsAWaitAndAPause() {
        within(scheduler -> {
            ExecutorService threads = scheduler.newThreads("waiting");
            List<String> ends = Collections.synchronizedList(new ArrayList<>());
            CompletableFuture<Void> both = new CompletableFuture<>();
            List<CompletableFuture<Void>> begun = List.of(new CompletableFuture<>(), new CompletableFuture<>());
            Future<?> waiting = threads.submit(() -> {
                begun.get(0).complete(null);
                interrupted(ends, both, () -> scheduler.await(new CompletableFuture<>(), LONG));
            });
            Future<?> pausing = threads.submit(() -> {
                begun.get(1).complete(null);
                interrupted(ends, both, () -> scheduler.pause(LONG));
            });
            // what has not begun is not interrupted, but never begins
            scheduler.await(begun.get(0), LONG);
            scheduler.await(begun.get(1), LONG);
            scheduler.pause(SHORT);

            waiting.cancel(true);
            pausing.cancel(true);

            scheduler.await(both, LONG);
            assertThat(ends).containsExactly("false", "false");
        });
    }

    private interface Wait {
        void run() throws Exception;
    }

    private static void interrupted(List<String> ends, CompletableFuture<Void> both, Wait wait) {
        try {
            wait.run();
        } catch (InterruptedException e) {
            ends.add(String.valueOf(Thread.currentThread().isInterrupted()));
            if (ends.size() == 2) {
                both.complete(null);
            }
        } catch (Exception e) {
            both.completeExceptionally(e);
        }
    }

    @Test
    void anInterruptionThatCameBeforeEndsTheNextWait() {
        within(scheduler -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> scheduler.pause(LONG)).isInstanceOf(InterruptedException.class);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> scheduler.await(new CompletableFuture<>(), LONG))
                    .isInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });
    }

    @Test
    void aLockIsHeldByOneAndMayBeTakenAgain() {
        within(scheduler -> {
            Lock lock = scheduler.newLock();
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            ExecutorService threads = scheduler.newThreads("locking");
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                all.add(threads.submit(() -> {
                    lock.lock();
                    lock.lock();
                    try {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        pause(scheduler);
                        inside.decrementAndGet();
                    } finally {
                        lock.unlock();
                        lock.unlock();
                    }
                }));
            }
            end(scheduler, threads);

            assertThat(all).allMatch(Future::isDone);
            assertThat(most).hasValue(1);
            assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
        });
    }

    @Test
    void aHeldLockIsWaitedForAtMostSoLong() {
        within(scheduler -> {
            Lock lock = scheduler.newLock();
            ExecutorService threads = scheduler.newThreads("holding");
            CompletableFuture<Boolean> held = new CompletableFuture<>();
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            threads.execute(() -> {
                lock.lock();
                held.complete(true);
                quietly(() -> scheduler.await(done, LONG));
                lock.unlock();
            });
            scheduler.await(held, LONG);

            assertThat(lock.tryLock()).isFalse();
            assertThat(lock.tryLock(SHORT.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
            done.complete(true);
            assertThat(lock.tryLock(LONG.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
            lock.unlock();
        });
    }

    @Test
    void aConditionLetsGoOfItsLockWhileItIsWaitedFor() {
        within(scheduler -> {
            Lock lock = scheduler.newLock();
            Condition changed = lock.newCondition();
            boolean[] fact = new boolean[1];
            scheduler.newThreads("signalling").execute(() -> {
                pause(scheduler);
                lock.lock();
                fact[0] = true;
                changed.signalAll();
                lock.unlock();
            });

            lock.lock();
            assertThat(changed.awaitNanos(1)).isLessThanOrEqualTo(0);
            while (!fact[0]) {
                assertThat(changed.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            }
            lock.unlock();
        });
    }

    @Test
    void threadsWaitForEachOther() {
        within(scheduler -> {
            ExecutorService threads = scheduler.newThreads("pair");
            CompletableFuture<String> first = new CompletableFuture<>();
            CompletableFuture<String> second = new CompletableFuture<>();
            threads.execute(() -> quietly(() -> second.complete(scheduler.await(first, LONG) + "!")));
            threads.execute(() -> first.complete("hello"));

            assertThat(scheduler.await(second, LONG)).isEqualTo("hello!");
        });
    }

    @Test
    void aTimerRunsOneTaskAtATimeInTheOrderOfTheirTimes() {
        within(scheduler -> {
            ScheduledExecutorService timer = scheduler.newTimer("timer");
            List<Integer> order = Collections.synchronizedList(new ArrayList<>());
            CompletableFuture<Void> last = new CompletableFuture<>();
            // so much later that no time between two of these calls turns the order round
            timer.schedule(
                    () -> {
                        order.add(3);
                        last.complete(null);
                    },
                    2,
                    TimeUnit.SECONDS);
            timer.execute(() -> {
                pause(scheduler);
                order.add(1);
            });
            timer.schedule(() -> order.add(2), 10, TimeUnit.MILLISECONDS);
            scheduler.await(last, LONG);

            assertThat(order).containsExactly(1, 2, 3);
        });
    }

    @Test
    void aTimerThatIsShutDownDoesWhatIsDueAndNothingThatIsForLater() {
        within(scheduler -> {
            ScheduledExecutorService timer = scheduler.newTimer("timer");
            List<String> done = Collections.synchronizedList(new ArrayList<>());
            timer.execute(() -> {
                pause(scheduler);
                done.add("first");
            });
            timer.execute(() -> done.add("second"));
            timer.schedule(() -> done.add("later"), 1, TimeUnit.HOURS);
            end(scheduler, timer);

            assertThat(done).containsExactly("first", "second");
        });
    }

    @Test
    void aRepeatedTaskIsRepeatedUntilItIsCancelled() {
        within(scheduler -> {
            ScheduledExecutorService timer = scheduler.newTimer("timer");
            AtomicInteger runs = new AtomicInteger();
            CompletableFuture<Void> thrice = new CompletableFuture<>();
            Future<?> repeated = timer.scheduleWithFixedDelay(
                    () -> {
                        if (runs.incrementAndGet() == 3) {
                            thrice.complete(null);
                        }
                    },
                    0,
                    1,
                    TimeUnit.MILLISECONDS);
            scheduler.await(thrice, LONG);
            repeated.cancel(false);
            // one that has begun goes on to its end
            CompletableFuture<Void> behind = new CompletableFuture<>();
            timer.execute(() -> behind.complete(null));
            scheduler.await(behind, LONG);
            int then = runs.get();
            scheduler.pause(SHORT);

            assertThat(runs).hasValue(then);
            assertThat(repeated).isCancelled();
        });
    }

    @Test
    void whatHasBeenShutDownTakesNothingMore() {
        within(scheduler -> {
            ExecutorService threads = scheduler.newThreads("short-lived");
            ScheduledExecutorService timer = scheduler.newTimer("short-lived");
            end(scheduler, threads);
            end(scheduler, timer);

            assertThatThrownBy(() -> threads.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
            assertThatThrownBy(() -> timer.schedule(() -> {}, 1, TimeUnit.SECONDS))
                    .isInstanceOf(RejectedExecutionException.class);
        });
    }

    @Test
    void shuttingDownAtOnceInterruptsWhatRuns() {
        within(scheduler -> {
            CompletableFuture<String> first = new CompletableFuture<>();
            CompletableFuture<String> second = new CompletableFuture<>();
            ExecutorService threads = scheduler.newThreads("interrupted");
            ScheduledExecutorService timer = scheduler.newTimer("interrupted");
            List<CompletableFuture<Void>> begun = List.of(new CompletableFuture<>(), new CompletableFuture<>());
            threads.execute(() -> {
                begun.get(0).complete(null);
                untilInterrupted(scheduler, first);
            });
            timer.execute(() -> {
                begun.get(1).complete(null);
                untilInterrupted(scheduler, second);
            });
            scheduler.await(begun.get(0), LONG);
            scheduler.await(begun.get(1), LONG);
            scheduler.pause(SHORT);

            threads.shutdownNow();
            timer.shutdownNow();

            assertThat(scheduler.await(first, LONG)).isEqualTo("interrupted");
            assertThat(scheduler.await(second, LONG)).isEqualTo("interrupted");
        });
    }

    private static void untilInterrupted(Scheduler scheduler, CompletableFuture<String> told) {
        try {
            scheduler.pause(LONG);
            told.complete("not interrupted");
        } catch (InterruptedException e) {
            told.complete("interrupted");
        }
    }

    private static void end(Scheduler scheduler, ExecutorService executor) throws InterruptedException {
        executor.shutdown();
        assertThat(executor.awaitTermination(LONG.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(executor.isTerminated()).isTrue();
        scheduler.pause(Duration.ofMillis(1));
    }

    private static void pause(Scheduler scheduler) {
        quietly(() -> scheduler.pause(SHORT));
    }

    private static void quietly(Wait wait) {
        try {
            wait.run();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
