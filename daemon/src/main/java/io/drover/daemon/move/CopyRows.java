/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.ByteSize;
import io.drover.api.CanaryQuery;
import io.drover.api.DatabaseName;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move.Lag;
import io.drover.api.Move.Progress;
import io.drover.api.MoveRequest;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.JobState;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.agent.Verb;
import io.drover.replication.InstanceMonitor.BackupView;
import io.drover.replication.InstanceMonitor.StandbyView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rows 40 to 70: copy, catch up, verify, wait for approval. */
final class CopyRows {
    /** Replay that is less than one WAL segment behind is close enough to prepare the cutover. */
    static final long LAG_GATE_BYTES = 16L << 20;

    /** How often what seems different is counted. */
    private static final int COUNTS = 3;

    private static final Duration POLL = Duration.ofMillis(300);
    private static final Duration STALLED = Duration.ofMinutes(5);
    private static final Duration CANARY_PATIENCE = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration FOREVER = Duration.ofDays(3650);

    private CopyRows() {}

    /** Starts the base backup, or finds it running, and watches it. Gives up when no byte arrives for a while. */
    static void copy(MoveContext context) {
        MoveRequest request = context.record().identity().request();
        Endpoint source = context.record().from();
        ByteSize maxRate = request.bootstrap().maxRate();
        context.call(
                context.to(),
                new Verb.StartCopy(
                        context.record().identity().shards(),
                        source.host(),
                        source.port(),
                        context.id().slotName(),
                        maxRate == null ? null : maxRate.bytes(),
                        request.bootstrap().checkpoint()));
        CopyProgress progress = new CopyProgress(context.services().scheduler().nanoTime());
        Wait wait = Wait.of(
                "the base backup from " + context.from() + " to " + context.to(),
                "it ends by itself, or is given up when nothing arrives for " + WaitText.words(STALLED) + "; "
                        + WaitText.giveUp(context.record()));
        context.waitFor(wait, FOREVER, POLL, () -> {
            JobReport job = context.services()
                    .agents()
                    .job(context.to(), context.record().identity().instance());
            report(context, progress, job);
            context.waits(wait.now(stands(job, progress)));
            return ended(context, job, progress);
        });
        context.services().observer().bytesCopied(context.id(), progress.bytes);
        context.live().progress(null);
    }

    /** Before the source has begun to send nobody knows how much it will be. */
    private static String stands(JobReport job, CopyProgress progress) {
        return job.phase() + ": "
                + (progress.total == 0
                        ? "nothing has arrived yet"
                        : progress.bytes + " of " + progress.total + " bytes");
    }

    private static Optional<Boolean> ended(MoveContext context, JobReport job, CopyProgress progress) {
        if (job.state() == JobState.DONE) {
            return Optional.of(true);
        }
        if (job.state() != JobState.RUNNING) {
            throw new DroverException(
                    ErrorCode.COPY_FAILED,
                    "the base backup from " + context.from() + " to " + context.to() + " failed: " + job.error(),
                    "look at the agent's log on " + context.to());
        }
        if (progress.stalledFor(context.services().scheduler().nanoTime()).compareTo(STALLED) > 0
                && !"verify".equals(job.phase())) {
            throw new DroverException(
                    ErrorCode.TIMEOUT,
                    "the base backup from " + context.from() + " to " + context.to() + " has not moved for "
                            + STALLED.toMinutes() + " minutes, at " + progress.bytes + " bytes");
        }
        return Optional.empty();
    }

    /** What the source has sent, while it sends; before and after, what has arrived. */
    private static void report(MoveContext context, CopyProgress progress, JobReport job) {
        BackupView view;
        try {
            view = context.services()
                    .monitors()
                    .baseBackup(context.record().from())
                    .orElseGet(() -> new BackupView(job.bytesDone(), progress.total));
        } catch (DroverException e) {
            // the figure is for people; the job itself tells whether the copy goes on
            view = new BackupView(job.bytesDone(), progress.total);
        }
        Progress now = progress.update(
                view.streamed(), view.total(), context.services().scheduler().nanoTime());
        context.live().progress(now);
        context.feed().progress(now);
    }

    static boolean isCopied(MoveContext context) {
        return context.services()
                                .agents()
                                .job(context.to(), context.record().identity().instance())
                                .state()
                        == JobState.DONE
                || isInstalled(context);
    }

    private static boolean isInstalled(MoveContext context) {
        try {
            return context.services()
                    .agents()
                    .instance(context.to(), context.record().identity().instance())
                    .running();
        } catch (DroverException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    static void discard(MoveContext context) {
        context.call(context.to(), new Verb.DiscardCopy());
        context.live().progress(null);
    }

    /** Starts the standby and waits for its lag to fall under the gate; says so when replay is slower than WAL grows. */
    static void catchUp(MoveContext context) {
        Endpoint source = context.record().from();
        context.call(
                context.to(),
                new Verb.StartStandby(
                        context.record().identity().shards(),
                        source.host(),
                        source.port(),
                        context.id().slotName(),
                        context.record().applicationName()));
        context.call(context.to(), new Verb.PrepareStandby());
        awaitLag(context, LAG_GATE_BYTES, FOREVER);
    }

    /** Waits until the target streams and its replay is at most so far behind. */
    static void awaitLag(MoveContext context, long gateBytes, Duration limit) {
        long[] smallest = {Long.MAX_VALUE};
        Wait replay = replay(context, limit);
        context.waitFor(replay, limit, POLL, () -> {
            Optional<StandbyView> standby = standby(context);
            if (standby.isEmpty()) {
                requireSlot(context);
            }
            context.waits(replay.now(standby.map(view -> stands(context, view, gateBytes, smallest[0]))
                    .orElseGet(() -> context.from() + " sees no stream of " + context.to()
                            + ": see the server's log on " + context.to())));
            standby.ifPresent(view -> {
                Lag lag = new Lag(view.lagBytes(), view.lagMillis());
                context.live().lag(lag);
                context.feed().lag(lag);
                context.services().observer().lagMeasured(context.id(), lag.bytes());
                smallest[0] = Math.min(smallest[0], view.lagBytes());
            });
            return standby.filter(view -> "streaming".equals(view.state()) && view.lagBytes() <= gateBytes);
        });
    }

    /** A copy whose WAL is gone never catches up, however long it is waited for. */
    private static void requireSlot(MoveContext context) {
        String slot = context.record().streamingSlot();
        if (!context.services().monitors().holdsWal(context.record().from(), slot)) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED,
                    "slot " + slot + " on " + context.from() + " has lost WAL that " + context.to()
                            + " has not received, or is gone: its copy is of no use",
                    "raise max_slot_wal_keep_size on " + context.from()
                            + " (it has to hold what is written during a copy), then start the move again");
        }
    }

    private static Wait replay(MoveContext context, Duration limit) {
        Wait wait = Wait.of(
                "replay on " + context.to() + " to catch up with " + context.from(), WaitText.giveUp(context.record()));
        return limit.equals(FOREVER) ? wait : wait.atMost(limit, "the move goes on with less, or is undone");
    }

    private static String stands(MoveContext context, StandbyView view, long gateBytes, long smallest) {
        String stream = "streaming".equals(view.state()) ? "" : "the stream is in state " + view.state() + ", ";
        String slower = view.lagBytes() > smallest
                ? ", once " + smallest + ": replay is slower than WAL grows on " + context.from()
                : "";
        return stream + view.lagBytes() + " bytes and " + view.lagMillis() + " ms behind, to be " + gateBytes
                + " at most" + slower;
    }

    /** The target as the source sees it. */
    static Optional<StandbyView> standby(MoveContext context) {
        return context.services()
                .monitors()
                .standby(context.record().from(), context.record().applicationName());
    }

    static void setAside(MoveContext context) {
        context.call(context.to(), new Verb.Stop(StopMode.FAST));
        // the copy is kept, and somebody may start it
        context.call(context.to(), new Verb.RestoreSettings(MoveSteps.STANDBY));
        context.call(context.to(), new Verb.SetAside());
        context.live().lag(null);
        if (context.record().drilling()) {
            Drills.removeCopy(context, context.to());
        }
    }

    /**
     * Compares row counts: a primary and a standby never share a snapshot, so the source is counted before and after and the
     * target in between. What cannot be decided that way is undecided, not different, and what seems different is counted again
     * (H97).
     */
    static void verify(MoveContext context) {
        MoveRequest.Verify verify = context.record().identity().request().verify();
        if (verify.level() != MoveRequest.Level.NONE) {
            RowComparison comparison = compareRows(context);
            for (int again = 1; again < COUNTS && !comparison.different().isEmpty(); again++) {
                comparison = comparison.confirmedBy(compareRows(context));
            }
            comparison.throwWhenDifferent(context.from(), context.to());
            context.journal().write(record -> record, new MoveJournal.Line(60, comparison.sentence()));
        }
        if (!verify.canaries().isEmpty()) {
            compareCanaries(context, verify.canaries());
        }
    }

    private static RowComparison compareRows(MoveContext context) {
        Map<String, Long> before =
                context.call(context.from(), new Verb.CountRows()).rows();
        awaitLag(context, 0, Duration.ofSeconds(20), LAG_GATE_BYTES);
        Map<String, Long> copy =
                context.call(context.to(), new Verb.CountRows()).rows();
        Map<String, Long> after =
                context.call(context.from(), new Verb.CountRows()).rows();
        return RowComparison.of(before, copy, after);
    }

    /** Waits for the better gate, and is content with the wider one when writes never stop. */
    private static void awaitLag(MoveContext context, long wanted, Duration patience, long enough) {
        try {
            awaitLag(context, wanted, patience);
        } catch (DroverException e) {
            if (e.code() != ErrorCode.TIMEOUT) {
                throw e;
            }
            awaitLag(context, enough, FOREVER);
        }
    }

    /** A canary that reads what is being written may differ for a moment: it has to agree once within its time. */
    private static void compareCanaries(MoveContext context, List<CanaryQuery> queries) {
        Verb.RunCanaries run =
                new Verb.RunCanaries(new DatabaseName(context.topology().database()), queries);
        List<String> different = new ArrayList<>();
        try {
            Wait wait = Wait.of(
                            "the canary queries to give the same rows on " + context.from() + " and " + context.to(),
                            WaitText.giveUp(context.record()))
                    .atMost(CANARY_PATIENCE, "the move is undone");
            context.waitFor(wait, CANARY_PATIENCE, POLL, () -> {
                List<String> source = context.call(context.from(), run).hashes();
                List<String> copy = context.call(context.to(), run).hashes();
                different.clear();
                for (int i = 0; i < queries.size(); i++) {
                    if (!source.get(i).equals(copy.get(i))) {
                        different.add(queries.get(i).value());
                    }
                }
                context.waits(wait.now("different: " + Checks.several(different)));
                return different.isEmpty() ? Optional.of(true) : Optional.empty();
            });
        } catch (DroverException e) {
            if (e.code() != ErrorCode.TIMEOUT || different.isEmpty()) {
                throw e;
            }
            throw new DroverException(
                    ErrorCode.VERIFICATION_FAILED,
                    "canary queries gave other rows on " + context.to() + " than on " + context.from() + " for "
                            + CANARY_PATIENCE.toSeconds() + " s: " + Checks.several(different),
                    "run them on both nodes; what differs between any two nodes, such as an address, is no canary",
                    e);
        }
    }

    static void awaitApproval(MoveContext context) {
        if (context.record().identity().request().cutover() == MoveRequest.Cutover.APPROVE) {
            var deadline = context.record().identity().deadlineAt();
            Wait approval = Wait.of(
                    "approval of the cutover by a person",
                    "bin/drover approve " + context.id() + ", or rehearse it: bin/drover drill "
                            + context.record().identity().request().shard() + " --to " + context.to() + ", or "
                            + WaitText.giveUp(context.record()));
            List<String> limit = deadline == null
                    ? List.of()
                    : List.of("until the deadline " + WaitText.time(deadline) + " at most");
            try {
                context.waitFor(approval.now(String.join("; ", limit)), FOREVER, LOOK, () -> {
                    var orders = context.record().orders();
                    if (orders.approved() || orders.drill()) {
                        return Optional.of(true);
                    }
                    List<String> stands = new ArrayList<>(limit);
                    BlockerRadar.show(context).ifPresent(stands::add);
                    context.waits(approval.now(String.join("; ", stands)));
                    return Optional.empty();
                });
            } finally {
                context.live().blockers(List.of());
            }
        }
    }
}
