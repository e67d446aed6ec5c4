/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveRequest;
import io.drover.api.PausePrediction;
import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.StandbyView;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Before the fence: tells how long the pause will be, keeps that beside what comes of it, and does not begin what will not fit. */
final class PausePredictions {
    private static final Logger LOG = LoggerFactory.getLogger(PausePredictions.class);
    private static final Duration BETWEEN = Duration.ofSeconds(2);
    private static final double ALIGNMENT_MILLIS = 30;
    private static final int RECORDS_BEFORE_THE_FENCE = 3;

    private PausePredictions() {}

    /**
     * Returns when the predicted pause fits its budget, and has stored it.
     *
     * @param limit how long a load may take to pass
     * @param again rehearses once more
     * @return the prediction
     * @throws DroverException PAUSE_TOO_LONG when it does not fit in time; then the last prediction is stored, too
     */
    static PausePrediction require(MoveContext context, int step, Duration limit, Runnable again) {
        PausePrediction first = predict(context);
        PausePrediction told = first.fits() ? first : awaitFit(context, first, limit, again);
        LOG.info(
                "move {} shard {}: predicts {}",
                context.id().shortId(),
                context.record().identity().request().shard(),
                sentence(told));
        context.journal()
                .write(
                        record -> record.withLeg(record.leg().predicted(told)),
                        new MoveJournal.Line(step, "predicts " + sentence(told)));
        if (!told.fits()) {
            throw new DroverException(
                    ErrorCode.PAUSE_TOO_LONG,
                    "the cutover of " + context.from() + " does not begin: " + sentence(told)
                            + "; nothing was fenced, the cutover is undone",
                    "look at the largest part; try again when there is less load, or with a longer maxWritePause");
        }
        return told;
    }

    private static PausePrediction awaitFit(
            MoveContext context, PausePrediction first, Duration limit, Runnable again) {
        PausePrediction[] newest = {first};
        Wait wait = Wait.of(
                        "the predicted write pause to fit maxWritePause",
                        "lessen the load on " + context.from() + ", or " + WaitText.giveUp(context.record()))
                .atMost(limit, "the cutover is undone");
        try {
            return context.waitFor(wait.now(sentence(first)), limit, BETWEEN, () -> {
                again.run();
                PausePrediction told = predict(context);
                newest[0] = told;
                context.waits(wait.now(sentence(told)));
                return told.fits() ? Optional.of(told) : Optional.empty();
            });
        } catch (DroverException e) {
            if (e.code() != ErrorCode.TIMEOUT || newest[0].fits()) {
                throw e;
            }
            return newest[0];
        }
    }

    private static PausePrediction predict(MoveContext context) {
        MoveRecord record = context.record();
        MoveRequest request = record.identity().request();
        Services services = context.services();
        StandbyView lag = look(context)
                .orElseThrow(() -> new DroverException(
                        ErrorCode.REPLICATION_BROKEN,
                        context.from() + " sees no stream of " + context.to()
                                + ": how long the pause will be cannot be told",
                        "look at the PostgreSQL log of " + context.to()));
        ActivityView activity = services.monitors().activity(record.from());
        context.pause().look(activity);
        PauseModel model = new PauseModel(
                record.identity().mode(),
                context.pause().trips().typical(),
                activity,
                context.pause().transactions().restMillis(activity, untilFenceMillis(context)),
                context.pause().walBytesPerSecond(activity),
                lag,
                services.drain().count(record.identity().shards()),
                request.drainTimeout(),
                context.pause().earlier());
        return PausePrediction.of(
                services.clock().instant(), request.maxWritePause().toMillis(), model.parts());
    }

    /** Looks once more how far the target is behind: the typical one of the last looks, or empty when the source sees no stream of it. */
    static Optional<StandbyView> look(MoveContext context) {
        MoveRecord record = context.record();
        return context.services()
                .monitors()
                .standby(record.from(), record.applicationName())
                .map(context.pause().lags()::typicalWith);
    }

    /** From a look to the fence: three records are written, one verb is sent, and filler aligns the WAL; 30 to 42 ms in all where a record takes 1.5. */
    private static double untilFenceMillis(MoveContext context) {
        RoundTrips.Typical trips = context.pause().trips().typical();
        return ALIGNMENT_MILLIS + RECORDS_BEFORE_THE_FENCE * trips.zooKeeper() + trips.source();
    }

    private static String sentence(PausePrediction told) {
        String parts = told.parts().stream()
                .map(part -> String.format(Locale.ROOT, "%s %.1f", part.name(), part.millis()))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "a write pause of %.1f ms (%s), maxWritePause is %d ms",
                told.writePauseMillis(),
                parts,
                told.maxWritePauseMillis());
    }
}
