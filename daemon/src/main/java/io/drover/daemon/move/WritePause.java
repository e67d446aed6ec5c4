/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.Lsn;
import io.drover.api.ShardTopology;
import io.drover.api.agent.Reports.PromotedReport;
import io.drover.api.agent.Reports.PublishReport;
import io.drover.api.agent.Reports.ReplayReport;
import io.drover.api.agent.Reports.SealReport;
import io.drover.fencing.DrainResult;
import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One write pause as this controller has seen it: what its rows have found out, kept in memory for the rows after them, so that
 * the pause does not have to ask for it again. Another controller that goes on in the pause knows only what the record says.
 */
final class WritePause {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;
    static final String PROMOTION = "promotion";
    static final String PUBLICATION = "publish";

    private final MoveContext context;
    private final RoundTrips trips;
    private @Nullable PauseClock clock;
    private final TransactionLengths transactions = new TransactionLengths();
    private final Lags lags = new Lags();
    private @Nullable Activity activity;
    private double walBytesPerSecond;
    private @Nullable EarlierPause earlier;
    private @Nullable Lsn expectedEnd;
    private List<Versioned<ShardTopology>> fenced = List.of();
    private @Nullable DrainResult drain;
    private @Nullable SealReport seal;
    private @Nullable PromotedReport promoted;
    private @Nullable Ahead ahead;

    WritePause(MoveContext context) {
        this.context = context;
        this.trips = new RoundTrips(context.services().scheduler()::nanoTime);
    }

    /** The target is asked whether it has replayed the end of the WAL, before anybody knows that this is the end. */
    record Ahead(Lsn end, CompletableFuture<ReplayReport> answer) {}

    /** The source as it was at some time, on this controller's clock. */
    record Activity(ActivityView view, long nanos) {}

    /** How long what the pause is made of takes, in the rehearsals. */
    RoundTrips trips() {
        return trips;
    }

    /** How long transactions of clients last. */
    TransactionLengths transactions() {
        return transactions;
    }

    /** How far the target is behind. */
    Lags lags() {
        return lags;
    }

    /** Looks at the transactions that are open. */
    void look(ActivityView view) {
        transactions.look(view, context.services().scheduler().nanoTime() / NANOS_PER_MILLI);
    }

    /** Keeps how much WAL there was when a rehearsal began. */
    void activity(ActivityView view) {
        activity = new Activity(view, context.services().scheduler().nanoTime());
    }

    /** WAL of the source since the last rehearsal began, in a second: nothing of Drover's own is written meanwhile. */
    double walBytesPerSecond(ActivityView now) {
        Activity then = activity;
        double seconds =
                then == null ? 0 : (context.services().scheduler().nanoTime() - then.nanos()) / NANOS_PER_SECOND;
        if (then != null && seconds > 0) {
            walBytesPerSecond = Math.max(0, now.written().minus(then.view().written())) / seconds;
        }
        return walBytesPerSecond;
    }

    /** The same as it was found last; 0 when it never was. */
    double walBytesPerSecond() {
        return walBytesPerSecond;
    }

    /** Has the earlier pauses read once more: a rollback follows a pause that was none of the earlier ones before. */
    void forgetEarlier() {
        earlier = null;
    }

    /** What earlier pauses of the instance have taken; read once, since it does not change before the fence. */
    EarlierPause earlier() {
        EarlierPause known = earlier;
        if (known == null) {
            known = EarlierPause.of(context);
            earlier = known;
        }
        return known;
    }

    /** Begins to measure. */
    void start() {
        clock = new PauseClock(context.services().scheduler()::nanoTime);
    }

    /** Ends a phase of the pause, when this controller began it. */
    void mark(int step, String phase) {
        if (clock != null) {
            clock.mark(step, phase);
        }
    }

    /** The clock of the pause, when this controller began it. */
    Optional<PauseClock> clock() {
        return Optional.ofNullable(clock);
    }

    /** The time since the pause began, on this controller's clock. */
    Optional<Duration> elapsed() {
        return clock().map(running -> Duration.ofNanos((long) (running.elapsedMillis() * 1e6)));
    }

    /** Keeps the fenced topologies. */
    void fenced(List<Versioned<ShardTopology>> topologies) {
        fenced = topologies;
    }

    /** The fenced topologies, read again when this controller did not raise the fence. */
    List<Versioned<ShardTopology>> fenced() {
        return fenced.isEmpty() ? context.topologies() : fenced;
    }

    /** The FENCED epoch of the shard that the move was asked for. */
    FenceEpoch fencedEpoch() {
        FenceEpoch epoch = context.record().leg().fencedEpoch();
        if (epoch == null) {
            throw new DroverException(ErrorCode.INTERNAL, "BUG: the seal before the fence");
        }
        return epoch;
    }

    void drained(DrainResult result) {
        drain = result;
    }

    /** The drain, when this controller raised the fence; else its log names the clients. */
    Optional<DrainResult> drain() {
        return Optional.ofNullable(drain);
    }

    /** The clients that did not drain in time. */
    List<String> undrained() {
        return drain().map(DrainResult::missing).orElse(List.of());
    }

    /** Keeps where the source's WAL will end when nobody writes more than the margin until then. */
    void expectedEnd(Lsn end) {
        expectedEnd = end;
    }

    /** Where the source's WAL will end, as far as row 95 could tell. */
    Optional<Lsn> expectedEnd() {
        return Optional.ofNullable(expectedEnd);
    }

    void sealed(SealReport report) {
        seal = report;
    }

    /** The seal of this pause; after a change of the leader row 110 has run again and reported it again. */
    SealReport seal() {
        if (seal == null) {
            throw new DroverException(ErrorCode.INTERNAL, "BUG: the final sync before the seal");
        }
        return seal;
    }

    /** Asks beside the seal for what the final sync waits for. */
    void ahead(Lsn end, CompletableFuture<ReplayReport> answer) {
        ahead = new Ahead(end, answer);
    }

    /** What was asked beside the seal. */
    Optional<Ahead> ahead() {
        return Optional.ofNullable(ahead);
    }

    /** Keeps a promotion, and ends its phase and, when it was published, that of the publication. */
    void promoted(PromotedReport report) {
        promoted = report;
        PublishReport publication = report.publication();
        if (publication == null) {
            mark(MoveSteps.PROMOTE, PROMOTION);
        } else if (clock != null) {
            clock.mark(MoveSteps.PROMOTE, PROMOTION, MoveSteps.PUBLISH, PUBLICATION, publication.millis());
        }
    }

    /** Whether the target's agent has published it with the promotion. */
    boolean published() {
        return promoted != null && promoted.publication() != null;
    }

    /** The leg with the fork that the promotion reported. */
    MoveLeg withFork(MoveLeg leg) {
        return promoted == null ? leg : leg.forked(promoted.promotion().fork());
    }
}
