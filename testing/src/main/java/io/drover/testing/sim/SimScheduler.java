/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.fault.FaultPoint;
import io.drover.api.fault.FaultPoints;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Time and threads of a world in which nothing is left to chance but the seed: one thread runs at a time, the seed says which one is
 * next, and time passes only when all wait. The same seed gives the same run.
 */
public final class SimScheduler {
    /** Far more than any scenario takes. */
    private static final long MOST_STEPS = 3_000_000;

    private static int armed;
    private static @Nullable AutoCloseable disarm;

    private final SimCore core;
    private final SimProcess world;
    private int processes;

    private SimScheduler(SimCore core) {
        this.core = core;
        this.world = process("world");
    }

    /** What a world was like. */
    public record Run(long digest, long steps, long nanos) {}

    /**
     * Runs a world until its main thread ends; every other thread ends with it.
     *
     * @param main runs in a process of its own that nobody kills
     */
    public static Run run(long seed, Consumer<SimScheduler> main) {
        SimCore core = new SimCore(seed, MOST_STEPS);
        SimScheduler scheduler = new SimScheduler(core);
        Throwable[] thrown = new Throwable[1];
        Strand first = new Strand(
                scheduler.world,
                "main",
                () -> {
                    try {
                        main.accept(scheduler);
                    } catch (Throwable e) {
                        thrown[0] = e;
                    }
                },
                false);
        arm();
        try {
            core.run(first);
        } finally {
            disarm();
        }
        rethrow(thrown[0] == null ? core.failure() : thrown[0]);
        return new Run(core.trace().digest(), core.steps(), core.now());
    }

    private static void rethrow(@Nullable Throwable thrown) {
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        if (thrown != null) {
            throw new IllegalStateException(thrown);
        }
    }

    /** The fault points of all worlds in this JVM: each is told to the process that has reached it. */
    private static synchronized void arm() {
        if (armed++ == 0) {
            disarm = FaultPoints.arm(SimScheduler::reached);
        }
    }

    private static synchronized void disarm() {
        AutoCloseable last = disarm;
        if (--armed == 0 && last != null) {
            disarm = null;
            try {
                last.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void reached(FaultPoint point) {
        Strand strand = Worker.running();
        if (strand != null) {
            strand.process.reached(point);
        }
    }

    /** The world's own process: what happens by itself. */
    public SimProcess world() {
        return world;
    }

    /** A new process, which runs nothing yet. */
    public SimProcess process(String name) {
        return new SimProcess(core, name, processes++);
    }

    /** The seed's choices; whoever draws changes what comes after. */
    public SplittableRandom random() {
        return core.random();
    }

    /** What happens, for people and for comparing runs. */
    public Trace trace() {
        return core.trace();
    }

    /** Says something in the trace. */
    public void say(String line) {
        core.trace().say(core.now(), line);
    }

    /** Ends the run with a failure, as soon as its main thread runs. */
    public void fail(Throwable failure) {
        core.fail(failure);
    }

    /** The process whose thread calls. */
    public static @Nullable SimProcess current() {
        Strand strand = Worker.running();
        return strand == null ? null : strand.process;
    }
}
