/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.JobState;
import io.drover.api.fault.FaultPoints;
import io.drover.daemon.agent.InstanceRecord.JobRecord;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The long jobs of this agent: how they go is asked for, how they end is stored. At most one per instance. */
final class Jobs {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final Duration LAST_STEP = Duration.ofSeconds(2);
    private static final Duration STORE_AGAIN = Duration.ofSeconds(1);
    private static final Duration POLL = Duration.ofMillis(20);

    private final Map<InstanceId, Running> running = new ConcurrentHashMap<>();
    private final NodeTools tools;
    private final ExecutorService threads;

    Jobs(NodeTools tools) {
        this.tools = tools;
        this.threads = tools.scheduler().newThreads("agent-job");
    }

    /** A job that this agent runs. */
    static final class Running {
        private volatile String phase = "start";
        private volatile LongSupplier bytes = () -> 0;
        private volatile Runnable cancel = () -> {};
        private volatile boolean cancelled;

        /** What it does from now on, for people and for the controller's clock. */
        void enter(String name) {
            phase = name;
        }

        /** How many bytes have arrived. */
        void counting(LongSupplier counter) {
            bytes = counter;
        }

        /** How it is ended early; at once, when it was to be ended before there was a way to. */
        void endedBy(Runnable action) {
            cancel = action;
            if (cancelled) {
                action.run();
            }
        }

        private void cancel() {
            cancelled = true;
            cancel.run();
        }
    }

    /** The work of a job. */
    interface Work {
        void run(Running job);
    }

    /** Starts a job whose record is stored as RUNNING first; its end is stored whichever way it goes. */
    void start(ManagedInstance instance, JobRecord record, Work work) {
        requireEnded(instance);
        Running job = new Running();
        InstanceId id = instance.record().instance();
        instance.update(current -> current.withJob(record));
        running.put(id, job);
        threads.execute(() -> {
            try {
                if (!job.cancelled) {
                    work.run(job);
                }
                end(instance, record, record.done(job.bytes.getAsLong()));
            } catch (DroverException e) {
                LOG.warn("{} of instance {} failed: {}", record.kind(), id, e.getMessage(), e);
                end(instance, record, record.failed(job.bytes.getAsLong(), e.getMessage()));
            } catch (RuntimeException | OutOfMemoryError e) {
                LOG.error("BUG: {} of instance {} failed", record.kind(), id, e);
                end(instance, record, record.failed(job.bytes.getAsLong(), "BUG: " + e));
            } finally {
                running.remove(id, job);
            }
        });
    }

    /** A disk that is full must not make a job that has ended look like one that goes on for ever: tried until it is stored. */
    private void end(ManagedInstance instance, JobRecord begun, JobRecord ended) {
        boolean said = false;
        while (true) {
            try {
                instance.update(current -> begun.equals(current.job()) ? current.withJob(ended) : current);
                return;
            } catch (DroverException e) {
                if (!said) {
                    LOG.error(
                            "the end of {} of instance {} cannot be stored, this is tried again: {}",
                            begun.kind(),
                            instance.record().instance(),
                            e.getMessage());
                }
                said = true;
            }
            try {
                tools.scheduler().pause(STORE_AGAIN);
            } catch (InterruptedException e) {
                // the agent ends; the next one finds a job that was lost with this one
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Ends the job of an instance, when one runs, and forgets it. Its thread may take a moment to notice: {@link #requireEnded}. */
    void cancel(ManagedInstance instance) {
        Running job = running.get(instance.record().instance());
        instance.update(current -> current.withJob(null));
        if (job != null) {
            job.cancel();
        }
    }

    /** Sees that no thread works for the instance any more; TIMEOUT, which a repeat cures, when one still does. */
    void requireEnded(ManagedInstance instance) {
        InstanceId id = instance.record().instance();
        if (!tools.in(LAST_STEP).await(POLL, () -> !running.containsKey(id))) {
            throw new DroverException(
                    ErrorCode.TIMEOUT, "a job of instance " + id + " is being ended and has not noticed yet");
        }
    }

    /**
     * A job that is stored as RUNNING but is not run by this agent was lost with a former one. A copy that it started is ended:
     * nobody waits for it any more. When it does not end, the next job in its directory says so. A rewind goes on: ended in the
     * middle it would leave nothing usable (H59); the next rejoin waits for it.
     */
    void adopt(ManagedInstance instance) {
        JobRecord job = instance.record().job();
        if (job == null || job.phase() != InstanceRecord.JobPhase.RUNNING) {
            return;
        }
        if (job.kind() == InstanceRecord.JobKind.COPY) {
            endCopy(instance, job);
        }
        // stored when the disk has room: a full one must not keep the agent from starting
        instance.updateSoon(current -> current.withJob(job.failed(0, "the agent was restarted while it ran")));
    }

    private void endCopy(ManagedInstance instance, JobRecord job) {
        try {
            FaultPoints.around("job", "end-programs", () -> tools.directories().endPrograms(job.directory()));
        } catch (DroverException e) {
            LOG.warn(
                    "the copy of instance {} was left behind: {}",
                    instance.record().instance(),
                    e.getMessage());
        }
    }

    /** How the job of an instance stands. */
    JobReport report(InstanceRecord record) {
        JobRecord job = record.job();
        if (job == null) {
            return new JobReport("", JobState.NONE, "", null, 0);
        }
        Optional<Running> live = Optional.ofNullable(running.get(record.instance()));
        String phase = live.map(known -> known.phase).orElse("end");
        long bytes = live.map(known -> known.bytes.getAsLong()).orElse(job.bytes());
        String kind = job.kind().name().toLowerCase(Locale.ROOT);
        return switch (job.phase()) {
            case RUNNING -> new JobReport(kind, JobState.RUNNING, phase, null, bytes);
            case DONE -> new JobReport(kind, JobState.DONE, phase, null, bytes);
            case FAILED -> new JobReport(kind, JobState.FAILED, phase, job.error(), bytes);
        };
    }
}
