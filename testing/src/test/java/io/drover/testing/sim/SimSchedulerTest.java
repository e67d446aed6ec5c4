/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.fault.FaultPoint.When;
import io.drover.api.fault.FaultPoints;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The contract of every scheduler, under many seeds, and what only the simulation can do. */
final class SimSchedulerTest extends SchedulerContract {
    private static final Duration LONG = Duration.ofDays(1);

    @Override
    void within(Body body) {
        for (long seed = 0; seed < 20; seed++) {
            SimScheduler.run(seed, sim -> {
                try {
                    body.run(sim.process("contract"));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    private static List<Integer> order(long seed) {
        List<Integer> order = new ArrayList<>();
        SimScheduler.run(seed, sim -> {
            ExecutorService threads = sim.world().newThreads("numbered");
            for (int i = 0; i < 8; i++) {
                int number = i;
                threads.execute(() -> order.add(number));
            }
            pause(sim, Duration.ofSeconds(1));
        });
        return order;
    }

    private static void pause(SimScheduler sim, Duration time) {
        try {
            sim.world().pause(time);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theSeedSaysWhoIsNext() {
        assertThat(order(1)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7).isEqualTo(order(1));
        assertThat(List.of(order(2), order(3), order(4), order(5))).anyMatch(other -> !other.equals(order(1)));
    }

    @Test
    void aDayTakesNoTime() {
        long begin = System.nanoTime();

        SimScheduler.Run run = SimScheduler.run(1, sim -> pause(sim, Duration.ofDays(1)));

        assertThat(run.nanos()).isEqualTo(Duration.ofDays(1).toNanos());
        assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.HOURS.toNanos(1));
    }

    @Test
    void aKilledProcessNeverRunsAgain() {
        List<String> told = new ArrayList<>();
        SimScheduler.run(1, sim -> {
            SimProcess process = sim.process("killed");
            process.newThreads("thread").execute(() -> {
                told.add("begins");
                try {
                    process.pause(Duration.ofSeconds(2));
                    told.add("goes on");
                } catch (InterruptedException e) {
                    told.add("interrupted");
                } finally {
                    told.add(sim.world().isDead() ? "" : "unwound");
                }
            });
            pause(sim, Duration.ofSeconds(1));
            process.kill();
            pause(sim, LONG);
            told.add("end");
        });

        // its thread is given back when the world is over
        assertThat(told).containsExactly("begins", "end", "unwound");
    }

    @Test
    void aProcessThatKillsItselfDoesNotReturnFromThat() {
        List<String> told = new ArrayList<>();
        SimScheduler.run(1, sim -> {
            SimProcess process = sim.process("killed");
            process.listen(point -> process.kill());
            process.newThreads("thread").execute(() -> {
                told.add("before");
                FaultPoints.reach("test", "effect", When.BEFORE);
                told.add("after");
            });
            pause(sim, LONG);
        });

        assertThat(told).containsExactly("before");
    }

    @Test
    void aFrozenProcessStandsStillAndFindsItsTimeGone() {
        List<String> told = new ArrayList<>();
        SimScheduler.run(1, sim -> {
            SimProcess process = sim.process("frozen");
            process.newThreads("thread").execute(() -> {
                try {
                    process.pause(Duration.ofSeconds(2));
                    told.add("after " + process.nanoTime() / 1_000_000_000);
                } catch (InterruptedException e) {
                    told.add("interrupted");
                }
            });
            pause(sim, Duration.ofSeconds(1));
            process.freeze();
            pause(sim, Duration.ofSeconds(9));
            process.thaw();
            pause(sim, LONG);
        });

        assertThat(told).containsExactly("after 10");
    }

    @Test
    void aWorldInWhichNothingWillEverHappenSaysSo() {
        assertThatThrownBy(() -> SimScheduler.run(1, sim -> {
                    try {
                        sim.world().newLock().newCondition();
                        sim.world().await(new CompletableFuture<>(), Duration.ofSeconds(Long.MAX_VALUE));
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .hasMessageContaining("nothing will ever happen again");
    }

    @Test
    void aThreadThatFailsFailsTheWorld() {
        assertThatThrownBy(() -> SimScheduler.run(1, sim -> {
                    sim.world().newThreads("failing").execute(() -> {
                        throw new IllegalArgumentException("broken");
                    });
                    pause(sim, LONG);
                }))
                .hasMessageContaining("broken");
    }

    @Test
    void equalSeedsLeaveEqualTraces() {
        List<Long> digests = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            digests.add(SimScheduler.run(7, sim -> {
                        ExecutorService threads = sim.world().newThreads("many");
                        for (int j = 0; j < 20; j++) {
                            threads.execute(() ->
                                    pause(sim, Duration.ofMillis(sim.random().nextInt(100))));
                        }
                        pause(sim, LONG);
                    })
                    .digest());
        }

        assertThat(digests.stream().distinct()).hasSize(1);
    }
}
