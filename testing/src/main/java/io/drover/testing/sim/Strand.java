/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import org.jspecify.annotations.Nullable;

/** One thread of a simulated process: a task, and where it stands. All of it belongs to whoever runs. */
final class Strand {
    final SimProcess process;
    final String name;
    final Runnable task;
    /** Runs in place, on whichever thread is looking for what comes next; must not wait. */
    final boolean inPlace;

    /** The thread that it runs on, once it has begun. */
    @Nullable
    Worker worker;

    boolean waiting;
    boolean interrupted;
    /** Tells one wait from those before it: who wakes a strand from a wait that is over wakes nobody. */
    long wait;

    @Nullable
    Throwable failure;

    /** Its place among those that have begun. */
    int place = -1;

    Strand(SimProcess process, String name, Runnable task, boolean inPlace) {
        this.process = process;
        this.name = name;
        this.task = task;
        this.inPlace = inPlace;
    }

    @Override
    public String toString() {
        return process.name() + "/" + name;
    }
}
