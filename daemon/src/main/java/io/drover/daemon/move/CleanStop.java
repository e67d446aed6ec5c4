/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.agent.Reports.ArchiveReport;
import io.drover.api.agent.Reports.SealReport;
import io.drover.api.agent.Reports.Standstill;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.agent.Reports.StopReport;
import io.drover.api.agent.Reports.TailReport;
import io.drover.api.agent.Verb;

/**
 * Mode clean-stop, in row 110 behind the seal: the source's server shuts itself down in order, with all that a seal cannot end for it.
 * Its archiver archives what it has, whatever it archives with, and workers that Drover does not know end as they want to.
 *
 * <pre>
 * the target has the seal's end   a stop cannot be taken back, so it is not begun for a target that does not answer
 * clean stop                      what the seal holds ends in order; the control file says "shut down" and names the last checkpoint
 * tail and archive                that checkpoint is the last that the disk holds, and every segment before it is archived
 * </pre>
 *
 * <p>Sessions that go on to their end may commit what the target has to have, too: the end of the WAL is the checkpoint's, not the
 * seal's. A server that is shut down in order has sent all of it (row 120 proves that the target has replayed it), so the old primary
 * has nothing past the fork and rejoins without a rewind.
 */
final class CleanStop {
    private static final String SHUT_DOWN = "shut down";

    private CleanStop() {}

    /** Stops the sealed source; answers with the end that its WAL has then. */
    static SealReport stop(MoveContext context, SealReport seal) {
        SealRows.awaitEnd(context, seal.finalLsn());
        StopReport stop = PauseBudget.call(context, context.from(), new Verb.Stop(StopMode.CLEAN));
        Lsn checkpoint = lastCheckpoint(context, stop);
        context.pause().mark(MoveSteps.SEAL, "clean stop");
        Lsn end = endOf(context, seal.timeline(), checkpoint);
        requireArchived(context, seal.timeline(), end);
        context.pause().mark(MoveSteps.SEAL, "tail and archive");
        return new SealReport(
                end,
                seal.timeline(),
                seal.sessions(),
                Standstill.SHUT_DOWN,
                seal.freezeMillis(),
                seal.sessionsMillis(),
                seal.switchMillis());
    }

    private static Lsn lastCheckpoint(MoveContext context, StopReport stop) {
        Lsn checkpoint = stop.checkpoint();
        if (!stop.state().equals(SHUT_DOWN) || checkpoint == null) {
            throw new DroverException(
                    ErrorCode.SEAL_FAILED,
                    context.from() + " was not shut down in order: its control file says '" + stop.state() + "', not '"
                            + SHUT_DOWN + "'; it is started again",
                    "look at the end of the PostgreSQL log of " + context.from());
        }
        return checkpoint;
    }

    /** A control file that says that it was shut down names the checkpoint of that; nothing may have come after it. */
    private static Lsn endOf(MoveContext context, int timeline, Lsn checkpoint) {
        TailReport tail = PauseBudget.call(context, context.from(), new Verb.ReadTail(timeline, checkpoint));
        Lsn end = tail.end();
        if (tail.recordsPast() != 1 || end == null) {
            throw new DroverException(
                    ErrorCode.SEAL_FAILED,
                    context.from() + " was shut down, and its WAL does not end with the checkpoint at " + checkpoint
                            + " on timeline " + timeline + ": " + tail.records() + "; it is started again",
                    "look at the end of the PostgreSQL log of " + context.from());
        }
        return end;
    }

    /** R11 before the point of no return: with an archive_library only the server itself can archive (H78). */
    private static void requireArchived(MoveContext context, int timeline, Lsn end) {
        ArchiveReport report = PauseBudget.call(context, context.from(), new Verb.ArchiveUpTo(timeline, end));
        if (!report.failed().isEmpty()) {
            throw new DroverException(
                    ErrorCode.SEAL_FAILED,
                    context.from() + " was shut down and has not archived " + Checks.several(report.failed())
                            + "; it is started again",
                    "mend archiving on " + context.from()
                            + " (its own log says why it fails), then start the move again");
        }
    }
}
