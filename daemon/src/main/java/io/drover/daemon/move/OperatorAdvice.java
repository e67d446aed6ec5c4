/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.ErrorCode;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.Problem;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a person can safely do about a move that is in NEEDS_OPERATOR: who serves, what must not be done, and the commands, made from the
 * record. Nothing is named that {@link OrderRules} would refuse, and nothing that could make a second writer.
 */
final class OperatorAdvice {
    private final MoveRecord record;
    private final Problem problem;
    private final NodeId from;
    private final NodeId to;
    private final String id;

    private OperatorAdvice(MoveRecord record, Problem problem) {
        this.record = record;
        this.problem = problem;
        this.from = record.from().node();
        this.to = record.to().node();
        this.id = record.identity().id().value();
    }

    /** The record with the advice as the hint of its error; any other record as it is. */
    static MoveRecord on(MoveRecord record) {
        Problem problem = record.error();
        if (record.state() != MoveState.NEEDS_OPERATOR || problem == null) {
            return record;
        }
        return record.withError(withHint(problem, new OperatorAdvice(record, problem).text()));
    }

    private static Problem withHint(Problem problem, String advice) {
        String cause = problem.hint();
        return new Problem(
                problem.type(),
                problem.title(),
                problem.status(),
                problem.detail(),
                problem.code(),
                problem.message(),
                problem.moveId(),
                problem.step(),
                cause == null || cause.isBlank() ? advice : advice + ". About the cause: " + cause,
                problem.preflight());
    }

    private String text() {
        // whether the way back is open and how late it is makes no difference here
        return switch (Standing.of(record, false, Instant.EPOCH)) {
            case PROMOTION_STUCK -> promotion();
            case WAY_BACK_STUCK -> wayBack();
            default -> undo();
        };
    }

    /** Rows up to 130 that could not be undone. */
    private String undo() {
        List<Integer> begun = record.leg().begun();
        boolean held = begun.contains(MoveSteps.FENCE) || begun.contains(MoveSteps.SEAL);
        String serves = held
                ? from
                        + " has the shard; whether its writes are held, bin/drover shards tells (SERVING or not). Its agent lowers"
                        + " the fence by itself: see that it and ZooKeeper run. Start and stop no PostgreSQL by hand"
                : from + " serves. Nothing has to be started or stopped by hand";
        return serves + ". Mend what the message names, then: bin/drover resume " + id + " (the undo is tried again"
                + (record.rollingBack() ? ", back to BAKING)" : ")");
    }

    /** Behind the point of no return, and as far as the record says nobody is published: the target's agent may have done it since. */
    private String promotion() {
        if (ErrorCode.WRONG_TIMELINE.name().equals(problem.code())) {
            return "nobody serves: " + to + " was stopped at once and is not started again, " + from
                    + " is never opened again by Drover. Start neither by hand before you know what " + to
                    + " has written. Keep both data directories (bin/drover nodes --json names them); safe to run on either:"
                    + " pg_controldata DIR, ls DIR/pg_wal/*.history. A history file of another cluster in a shared archive is"
                    + " the usual cause. Drover promotes " + to
                    + " again only when its directory is that of a standby on the"
                    + " old timeline, with all that " + from + " has: docs/operations.md, The target came up on a wrong"
                    + " timeline. When it is, and the cause is gone: bin/drover resume " + id;
        }
        return to
                + " alone may take the writes, and may serve by now: its agent promotes and publishes by itself as soon as it"
                + " can, and bin/drover shards tells (SERVING on " + to
                + " or not). Until it does, nobody serves and writes are held. Do not open " + from
                + ". When " + to
                + " does not serve, bring its machine and its agent back, see bin/drover nodes. When it does"
                + ", or is back: bin/drover resume " + id
                + ". When it is lost for good: docs/operations.md, The target is lost between rows 130 and 150";
    }

    /** The new primary is published. */
    private String wayBack() {
        String serves = to + " serves. Do not start PostgreSQL on " + from + " by hand: it is a primary no more";
        String giveUp = "bin/drover complete " + id + " --end-bake";
        String again = "bin/drover resume " + id;
        if (ErrorCode.COMMITS_PAST_FORK.name().equals(problem.code())) {
            return serves
                    + ". Save its data directory first, and read the transactions that the message names with pg_waldump. Then"
                    + " give the way back up, which sets the directory aside: " + giveUp;
        }
        if (ErrorCode.NOT_REWINDABLE.name().equals(problem.code())) {
            return serves
                    + ". Its copy can never follow again, so the same row would end the same way. Give the way back up, which"
                    + " sets the copy aside: " + giveUp;
        }
        if (ErrorCode.GUARD_REFUSED.name().equals(problem.code())) {
            return serves + ". Mend archive_command on " + from + "; nothing of its WAL is touched before that. Then: "
                    + again;
        }
        @Nullable Integer step = problem.step();
        boolean closing = step != null && step >= MoveSteps.CLOSE;
        return serves + ". Mend what the message names, then: " + again + "; or "
                + (closing
                        ? "when the node of the old copy is gone for good, end the move without it: "
                        : "give the way back up and set its copy aside: ")
                + giveUp
                + (record.identity().standbys().isEmpty()
                        ? ""
                        : "; without a standby that is gone for good, too: " + giveUp + " --waive " + Standbys.CHECK
                                + "=REASON");
    }
}
