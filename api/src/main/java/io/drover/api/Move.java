/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A move as REST shows it. Members without a value are present and null.
 *
 * @param prediction how long the pause of the cutover was told to be before the fence; {@code cutover} holds what came of it
 * @param blockers what stands in the way of the cutover, while the move waits for it
 * @param drill what its last drill has shown, or null when there was none
 */
public record Move(
        MoveId id,
        ShardId shard,
        List<ShardId> shards,
        NodeId source,
        NodeId target,
        MoveState state,
        boolean paused,
        MoveRequest.Mode mode,
        @Nullable Step step,
        @Nullable Progress progress,
        @Nullable Lag lag,
        @Nullable PausePrediction prediction,
        @Nullable Cutover cutover,
        @Nullable Rollback rollback,
        List<Blocker> blockers,
        @Nullable String waitingFor,
        @Nullable Problem error,
        @Nullable Drill drill,
        List<HistoryEntry> history) {
    public Move {
        // absent in what an older controller answers
        blockers = blockers == null ? List.of() : List.copyOf(blockers);
    }

    /** The row of the move table that the move is at. */
    public record Step(int number, String name, Instant since) {}

    /** How far the base backup is; {@code etaSeconds} is null while no rate is known. */
    public record Progress(
            long bytesDone,
            long bytesTotal,
            double percent,
            long bytesPerSecond,
            @Nullable Long etaSeconds) {}

    /** How far the target's replay is behind the source. */
    public record Lag(long bytes, long millis) {}

    /**
     * The switch.
     *
     * @param fencedAt when FENCED was sent
     * @param committedAt when PROMOTING was confirmed, the point of no return
     * @param servingAt when SERVING on the target was confirmed
     * @param writePauseMillis from sending FENCED to the confirmed SERVING write; {@code phases} add up to it
     * @param commitsPastFork user commits on the old primary that the new one does not have
     * @param rewound whether the old primary had to be rewound
     */
    public record Cutover(
            @Nullable Instant fencedAt,
            @Nullable Instant committedAt,
            @Nullable Instant servingAt,
            @Nullable Double writePauseMillis,
            List<Phase> phases,
            @Nullable Integer commitsPastFork,
            @Nullable Boolean rewound) {
        public Cutover {
            phases = List.copyOf(phases);
        }
    }

    /** One part of the pause. */
    public record Phase(int step, String name, double millis) {}

    /**
     * The way back.
     *
     * @param ready whether {@code rollback} would be accepted now
     * @param expiresAt end of the bake
     * @param cutover the switch back, when one has begun
     * @param prediction how long its pause was told to be before its fence
     */
    public record Rollback(
            boolean ready,
            @Nullable Long lagBytes,
            @Nullable Instant expiresAt,
            @Nullable Cutover cutover,
            @Nullable PausePrediction prediction) {}

    /**
     * One line of the move's history; numbers rise and are the same on every controller.
     *
     * @param state the state that the move entered with this line, or null when it stayed in its state
     */
    public record HistoryEntry(
            long number,
            Instant at,
            int step,
            String event,
            @Nullable MoveState state) {}
}
