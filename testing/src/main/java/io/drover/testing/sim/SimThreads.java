/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** Gives every task a strand of its own. */
final class SimThreads extends AbstractExecutorService {
    private final SimCore core;
    private final SimProcess process;
    private final String name;
    private final Set<Strand> active = new LinkedHashSet<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private boolean shut;

    SimThreads(SimCore core, SimProcess process, String name) {
        this.core = core;
        this.process = process;
        this.name = name;
    }

    @Override
    public void execute(Runnable task) {
        if (shut) {
            throw new RejectedExecutionException(name + " has been shut down");
        }
        Strand[] own = new Strand[1];
        own[0] = new Strand(process, name, () -> run(own[0], task), false);
        active.add(own[0]);
        core.add(own[0]);
    }

    private void run(Strand own, Runnable task) {
        try {
            task.run();
        } finally {
            active.remove(own);
            endWhenIdle();
        }
    }

    private void endWhenIdle() {
        if (shut && active.isEmpty()) {
            ended.complete(null);
        }
    }

    @Override
    public void shutdown() {
        shut = true;
        endWhenIdle();
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        for (Strand strand : new ArrayList<>(active)) {
            Worker worker = strand.worker;
            if (worker == null) {
                strand.interrupted = true;
            } else {
                worker.interrupt();
            }
        }
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shut;
    }

    @Override
    public boolean isTerminated() {
        return ended.isDone();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return core.await(ended, unit.toNanos(timeout));
    }
}
