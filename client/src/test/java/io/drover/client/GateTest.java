/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.drover.api.FenceEpoch;
import io.drover.api.time.Scheduler;
import io.drover.client.internal.ConnectionPool;
import io.drover.client.internal.PoolFactory.Purpose;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final MetricRegistry registry = new MetricRegistry();
    private final KitMetrics metrics = new KitMetrics(registry, "test", "shard_01");
    private final Gate gate =
            new Gate(Scheduler.system(), 2, 3, () -> "shard shard_01 in state FENCED at epoch 8", metrics);

    @AfterEach
    void stop() {
        callers.shutdownNow();
    }

    private static Grant grant(long epoch) {
        ConnectionPool pool = new FakeServers().open(Topologies.SERVING, Topologies.SERVING.primary(), Purpose.WRITE);
        return new Grant(new FenceEpoch(epoch), Topologies.SERVING.primary(), pool, drained -> {});
    }

    private CompletableFuture<Grant> acquire() {
        int before = gate.waiting();
        CompletableFuture<Grant> acquired = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return gate.acquire(new Deadline(Scheduler.system(), LONG), false);
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                },
                callers);
        Eventually.until(() -> acquired.isDone() || gate.waiting() > before);
        return acquired;
    }

    @Test
    void admitsAsManyAsThePoolHasConnections() throws SQLException {
        Grant grant = grant(7);
        gate.open(grant);
        gate.acquire(new Deadline(Scheduler.system(), LONG), false);
        gate.acquire(new Deadline(Scheduler.system(), LONG), false);
        CompletableFuture<Grant> third = acquire();

        assertThat(third).isNotDone();
        gate.release(grant);
        assertThat(third.join()).isSameAs(grant);
    }

    @Test
    void waitersComeInTheOrderOfTheirArrival() throws SQLException {
        Grant grant = grant(7);
        gate.open(grant);
        gate.acquire(new Deadline(Scheduler.system(), LONG), false);
        gate.acquire(new Deadline(Scheduler.system(), LONG), false);
        List<Integer> order = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            waiting.add(acquire().thenAccept(got -> order.add(number)));
        }
        for (CompletableFuture<Void> each : waiting) {
            gate.release(grant);
            each.join();
        }

        assertThat(order).containsExactly(0, 1, 2);
    }

    @Test
    void noPlaceIsLostOrDoubledWhenManyComeAndGo() {
        Gate busy = new Gate(Scheduler.system(), 2, 8, () -> "", metrics);
        Grant grant = grant(7);
        busy.open(grant);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(CompletableFuture.runAsync(
                    () -> {
                        for (int n = 0; n < 1_000; n++) {
                            passThrough(busy, inside, most);
                        }
                    },
                    callers));
        }
        all.forEach(CompletableFuture::join);

        assertThat(most).hasValueBetween(1, 2);
        assertThat(busy.waiting()).isZero();
        CompletableFuture<Void> first = waitOrPass(busy);
        CompletableFuture<Void> second = waitOrPass(busy);
        CompletableFuture<Void> third = waitOrPass(busy);
        assertThat(List.of(first, second)).allMatch(CompletableFuture::isDone);
        assertThat(third).isNotDone();
    }

    private static void passThrough(Gate gate, AtomicInteger inside, AtomicInteger most) {
        try {
            Grant admitted = gate.acquire(new Deadline(Scheduler.system(), LONG), false);
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Waiting.pause(Scheduler.system(), Duration.ofNanos(1));
            inside.decrementAndGet();
            gate.release(admitted);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private CompletableFuture<Void> waitOrPass(Gate at) {
        int before = at.waiting();
        CompletableFuture<Void> done = CompletableFuture.runAsync(
                () -> {
                    try {
                        at.acquire(new Deadline(Scheduler.system(), LONG), false);
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                },
                callers);
        Eventually.until(() -> done.isDone() || at.waiting() > before);
        return done;
    }

    @Test
    void openingForANewGrantAdmitsAllThatFit() {
        CompletableFuture<Grant> first = acquire();
        CompletableFuture<Grant> second = acquire();
        CompletableFuture<Grant> third = acquire();
        Grant grant = grant(9);

        gate.open(grant);

        assertThat(first.join()).isSameAs(grant);
        assertThat(second.join()).isSameAs(grant);
        assertThat(third).isNotDone();
        assertThat(gate.waiting()).isEqualTo(1);
    }

    @Test
    void placeUnderAnEarlierGrantDoesNotAdmitOneMoreUnderTheNext() throws SQLException {
        Grant old = grant(7);
        gate.open(old);
        gate.acquire(new Deadline(Scheduler.system(), LONG), false);
        gate.shut();
        Grant next = grant(9);
        gate.open(next);
        gate.acquire(new Deadline(Scheduler.system(), LONG), false);
        gate.acquire(new Deadline(Scheduler.system(), LONG), false);
        CompletableFuture<Grant> third = acquire();

        gate.release(old);

        assertThat(third).isNotDone();
        gate.release(next);
        assertThat(third.join()).isSameAs(next);
    }

    @Test
    void whoLostHisPlaceToTheFenceGoesToTheHeadOfTheQueue() {
        Gate single = new Gate(Scheduler.system(), 1, 3, () -> "", metrics);
        List<String> order = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> late = waitAt(single, false, () -> order.add("late"));
        CompletableFuture<Void> back = waitAt(single, true, () -> order.add("back"));
        Grant grant = grant(9);

        single.open(grant);
        back.join();
        single.release(grant);
        late.join();

        assertThat(order).containsExactly("back", "late");
    }

    @Test
    void whoLostTheirPlacesToTheFenceKeepTheirOrder() throws SQLException {
        Gate single = new Gate(Scheduler.system(), 1, 3, () -> "", metrics);
        List<String> order = new CopyOnWriteArrayList<>();
        Deadline first = new Deadline(Scheduler.system(), LONG);
        Deadline second = new Deadline(Scheduler.system(), LONG);
        CompletableFuture<Void> later = waitAt(single, second, true, () -> order.add("second"));
        CompletableFuture<Void> earlier = waitAt(single, first, true, () -> order.add("first"));
        Grant grant = grant(9);

        single.open(grant);
        earlier.join();
        single.release(grant);
        later.join();

        assertThat(order).containsExactly("first", "second");
    }

    private CompletableFuture<Void> waitAt(Gate at, boolean again, Runnable then) {
        return waitAt(at, new Deadline(Scheduler.system(), LONG), again, then);
    }

    private CompletableFuture<Void> waitAt(Gate at, Deadline deadline, boolean again, Runnable then) {
        int before = at.waiting();
        CompletableFuture<Void> admitted = CompletableFuture.runAsync(
                () -> {
                    try {
                        at.acquire(deadline, again);
                        then.run();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                },
                callers);
        Eventually.until(() -> at.waiting() > before);
        return admitted;
    }

    @Test
    void deadlineNamesShardStateEpochAndTime() {
        assertThatThrownBy(() -> gate.acquire(new Deadline(Scheduler.system(), Duration.ofMillis(30)), false))
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageMatching("shard shard_01 in state FENCED at epoch 8: no connection within \\d+ ms")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("08001");
        assertThat(gate.waiting()).isZero();
        assertThat(counter("refused.late")).isEqualTo(1);
    }

    @Test
    void callerWhoGaveUpIsSkipped() throws SQLException {
        assertThatThrownBy(() -> gate.acquire(new Deadline(Scheduler.system(), Duration.ofMillis(10)), false))
                .isInstanceOf(SQLTransientConnectionException.class);
        CompletableFuture<Grant> waiting = acquire();
        Grant grant = grant(9);
        gate.open(grant);

        assertThat(waiting.join()).isSameAs(grant);
        assertThat(gate.acquire(new Deadline(Scheduler.system(), LONG), false)).isSameAs(grant);
    }

    @Test
    void oneTooManyIsRefusedAtOnce() {
        acquire();
        acquire();
        acquire();

        assertThatThrownBy(() -> gate.acquire(new Deadline(Scheduler.system(), LONG), false))
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("shard_01")
                .hasMessageContaining("3 callers wait")
                .hasMessageContaining("maxWaiters");
        assertThat(counter("refused.full")).isEqualTo(1);
        assertThat(counter("refused.late")).isZero();
    }

    private long counter(String name) {
        return registry.counter("drover.client.test.shard_01." + name).getCount();
    }

    private long waits() {
        return registry.timer("drover.client.test.shard_01.wait").getCount();
    }

    @Test
    void countsThoseWhoWaitedAndNotThoseWhoPassed() throws SQLException {
        Grant grant = grant(7);
        gate.open(grant);
        gate.acquire(new Deadline(Scheduler.system(), LONG), false);
        gate.acquire(new Deadline(Scheduler.system(), LONG), false);
        assertThat(waits()).isZero();
        CompletableFuture<Grant> third = acquire();
        gate.release(grant);
        third.join();

        assertThat(waits()).isEqualTo(1);
    }

    @Test
    void closingRefusesThoseWhoWaitAndThoseWhoCome() {
        CompletableFuture<Grant> waiting = acquire();

        gate.close();

        assertThatThrownBy(waiting::join).hasRootCauseInstanceOf(SQLNonTransientConnectionException.class);
        assertThatThrownBy(() -> gate.acquire(new Deadline(Scheduler.system(), LONG), false))
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void interruptEndsTheWaitAndKeepsTheFlag() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> gate.acquire(new Deadline(Scheduler.system(), LONG), false))
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(gate.waiting()).isZero();
    }
}
