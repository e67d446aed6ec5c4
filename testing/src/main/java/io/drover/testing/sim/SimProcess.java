/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.fault.FaultPoint;
import io.drover.api.fault.FaultPoints;
import io.drover.api.time.Scheduler;
import io.drover.testing.fake.EventLoop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;

/** The time and the threads of one life of one process: it can be stopped where it stands, for a while or for good. */
public final class SimProcess implements Scheduler, EventLoop {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final SimCore core;
    private final String name;
    private final int number;
    private final Clock clock = new SimClock();
    private final List<Strand> held = new ArrayList<>();
    private FaultPoints.Listener points = point -> {};
    private boolean frozen;
    private boolean dead;

    SimProcess(SimCore core, String name, int number) {
        this.core = core;
        this.name = name;
        this.number = number;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    int number() {
        return number;
    }

    /** Kills it: its threads never run again. When one of them calls this, it does not return. */
    public void kill() {
        dead = true;
        held.clear();
        stopHere();
    }

    /** Whether it was killed. */
    public boolean isDead() {
        return dead;
    }

    /** Stops it where it stands until {@link #thaw}; time passes. */
    public void freeze() {
        frozen = true;
        stopHere();
    }

    /** Lets it go on. */
    public void thaw() {
        frozen = false;
        held.forEach(core::add);
        held.clear();
    }

    /** Whether it stands still. */
    public boolean isFrozen() {
        return frozen;
    }

    /** A thread that stops its own process stands still with it. */
    private void stopHere() {
        Strand me = Worker.running();
        if (me != null && me.process == this && !me.inPlace && !core.isClosing()) {
            core.giveWay();
        }
    }

    /** Who hears of the fault points that this process reaches, on the thread that reaches it. */
    public void listen(FaultPoints.Listener listener) {
        points = listener;
    }

    void reached(FaultPoint point) {
        points.reached(point);
    }

    /** Whether a strand of it may run; one that may not now is kept for later. */
    boolean mayRun(Strand strand) {
        if (dead) {
            return false;
        }
        if (frozen) {
            held.add(strand);
            return false;
        }
        return true;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public long nanoTime() {
        return core.now();
    }

    @Override
    public Lock newLock() {
        return new SimLock(core);
    }

    @Override
    public ExecutorService newThreads(String threads) {
        return new SimThreads(core, this, threads);
    }

    @Override
    public ScheduledExecutorService newTimer(String timer) {
        return new SimTimer(core, this, timer, false);
    }

    @Override
    public ScheduledExecutorService newEvents(String timer) {
        return new SimTimer(core, this, timer, true);
    }

    @Override
    public void pause(Duration time) throws InterruptedException {
        core.pause(time.toNanos());
    }

    @Override
    public <T> T await(CompletableFuture<T> answer, Duration limit)
            throws TimeoutException, ExecutionException, InterruptedException {
        if (!core.await(answer, nanos(limit))) {
            throw new TimeoutException();
        }
        return SimCore.answer(answer);
    }

    private static long nanos(Duration limit) {
        return limit.toSeconds() > Long.MAX_VALUE / 2_000_000_000L ? Long.MAX_VALUE / 2 : limit.toNanos();
    }

    private final class SimClock extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return BEGIN.plusMillis(core.now() / NANOS_PER_MILLI);
        }
    }
}
