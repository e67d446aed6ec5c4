/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import io.drover.api.DroverException;
import io.drover.api.Move;
import io.drover.api.MoveId;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a person who waits for a move what the move waits for. Its events say what has happened, and when nothing happens they say
 * nothing; so the move is asked now and then.
 */
final class WaitReport implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WaitReport.class);
    private static final Duration BETWEEN = Duration.ofSeconds(3);

    private final ScheduledExecutorService timer;
    private String told = "";

    private WaitReport(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    static WaitReport start(RestClient controller, MoveId id, Progress progress) {
        WaitReport report = new WaitReport(Executors.newSingleThreadScheduledExecutor(runnable -> {
            Thread thread = new Thread(runnable, "wait-report");
            thread.setDaemon(true);
            return thread;
        }));
        report.timer.scheduleWithFixedDelay(
                () -> report.look(controller, id, progress),
                BETWEEN.toMillis(),
                BETWEEN.toMillis(),
                TimeUnit.MILLISECONDS);
        return report;
    }

    private void look(RestClient controller, MoveId id, Progress progress) {
        try {
            Move move = RestClient.as(controller.get("/v1/moves/" + id), Move.class);
            String now = move.waitingFor();
            if (now != null && isNews(now)) {
                progress.say("  waits for " + now);
            }
        } catch (DroverException e) {
            // the wait itself says so when no controller answers
            LOG.debug("not asked what move {} waits for", id, e);
        }
    }

    /** Numbers change all the time: another subject is news. */
    boolean isNews(String waitingFor) {
        String subject = waitingFor.split(" \\(|, since |: try ", 2)[0];
        boolean news = !subject.equals(told);
        told = subject;
        return news;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
