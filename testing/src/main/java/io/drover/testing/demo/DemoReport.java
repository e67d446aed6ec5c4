/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.demo;

import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code target/demo/report.json}.
 *
 * @param ok whether nothing was lost, doubled, invented or refused, and no cutover was vacuous
 * @param problems why it is not ok
 * @param seconds how long everything took after the build
 * @param directory where the cluster's data lay; removed at the end
 */
record DemoReport(
        boolean ok,
        List<Cutover> moves,
        Writes ledger,
        Reads reads,
        List<String> problems,
        double seconds,
        String directory) {

    /** A cutover with fewer acknowledged writes per second before it proves nothing. */
    static final double LEAST_WRITES_PER_SECOND = 500;

    /**
     * One cutover. A rollback bears the id, the source and the target of its move.
     *
     * @param outcome the state that the cutover led to
     * @param writePauseMillis from sending FENCED to the confirmed SERVING write, as measured by Drover
     * @param clientPauseMillis longest gap between two acknowledged writes over all writers together
     * @param worstClientPauseMillis longest gap of any one writer
     * @param rollbackReadyMillis from SERVING until a rollback would have been accepted
     * @param vacuous whether too few writes came before it for it to prove anything
     */
    record Cutover(
            MoveId id,
            String direction,
            ShardId shard,
            NodeId source,
            NodeId target,
            MoveState outcome,
            MoveRequest.Mode mode,
            @Nullable Double writePauseMillis,
            double clientPauseMillis,
            double worstClientPauseMillis,
            @Nullable Long rollbackReadyMillis,
            double writesPerSecondBefore,
            List<Move.Phase> phases,
            @Nullable Integer commitsPastFork,
            @Nullable Boolean rewound,
            @Nullable Long bytesCopied,
            boolean vacuous) {}

    /** What became of the writes. */
    record Writes(long acked, long lost, long duplicated, long errors, long unknown, long invented) {}

    /** What became of the reads. */
    record Reads(long count, long errors) {}
}
