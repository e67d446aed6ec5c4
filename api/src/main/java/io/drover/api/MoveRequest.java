/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a caller of {@code POST /v1/moves} asks for. Only {@code shard} and {@code target} are required; every other member
 * has a default, which the constructor fills in.
 *
 * @param shard the shard to move; the whole instance that it lies in moves
 * @param target the node to move it to
 * @param standbys nodes that shall have standbys of the shard at the end, beside those that have one already
 * @param cutover whether the cutover starts by itself or waits for an approval
 * @param mode how the source is stopped in the pause
 * @param maxWritePause budget of the write pause; over it, before the point of no return, the move aborts by itself
 * @param drainTimeout how long clients may take to finish what is in flight before their sessions are stopped; 500 ms by
 *     default, or maxWritePause when that is shorter
 * @param blockers what to do before the fence about long transactions and whatever else stands in its way
 * @param deadline limit of the whole move up to the cutover, or null for none
 * @param bootstrap how the copy is made
 * @param verify how the copy is compared
 * @param readShift percentages of the reads to shift to the target before the cutover
 * @param bake how long the old primary is kept as the way back
 * @param waive checks of the preflight to waive, each with a reason
 * @param dryRun only plan and check
 * @param drill go up to the final sync on real clients, then give up on plan and undo everything
 */
public record MoveRequest(
        @JsonProperty(required = true) ShardId shard,
        @JsonProperty(required = true) NodeId target,
        List<NodeId> standbys,
        Cutover cutover,
        Mode mode,
        Duration maxWritePause,
        Duration drainTimeout,
        Blockers blockers,
        @Nullable Duration deadline,
        Bootstrap bootstrap,
        Verify verify,
        List<Integer> readShift,
        Duration bake,
        List<Waiver> waive,
        Boolean dryRun,
        Boolean drill) {
    private static final Duration USUAL_DRAIN = Duration.ofMillis(500);

    public MoveRequest {
        // a member that the JSON leaves out arrives as null
        standbys = standbys == null ? List.of() : List.copyOf(standbys);
        cutover = cutover == null ? Cutover.AUTO : cutover;
        mode = mode == null ? Mode.AUTO : mode;
        maxWritePause = maxWritePause == null ? Duration.ofSeconds(2) : maxWritePause;
        drainTimeout = drainTimeout == null ? drainWithin(maxWritePause) : drainTimeout;
        blockers = blockers == null ? Blockers.WAIT : blockers;
        bootstrap = bootstrap == null ? new Bootstrap(Method.BASEBACKUP, null, Checkpoint.FAST) : bootstrap;
        verify = verify == null ? new Verify(Level.COUNTS, List.of()) : verify;
        readShift = readShift == null ? List.of() : List.copyOf(readShift);
        bake = bake == null ? Duration.ofDays(7) : bake;
        waive = waive == null ? List.of() : List.copyOf(waive);
        dryRun = dryRun != null && dryRun;
        drill = drill != null && drill;
    }

    /** The same in another mode. */
    public MoveRequest withMode(Mode other) {
        return new MoveRequest(
                shard,
                target,
                standbys,
                cutover,
                other,
                maxWritePause,
                drainTimeout,
                blockers,
                deadline,
                bootstrap,
                verify,
                readShift,
                bake,
                waive,
                dryRun,
                drill);
    }

    /** Clients cannot drain for longer than the pause may take. */
    private static Duration drainWithin(Duration pause) {
        return pause.compareTo(USUAL_DRAIN) < 0 ? pause : USUAL_DRAIN;
    }

    /** When the cutover starts. */
    public enum Cutover {
        AUTO,
        APPROVE;

        @JsonValue
        public String text() {
            return Texts.of(this);
        }
    }

    /** How the source is stopped in the pause. */
    public enum Mode {
        /** As the preflight finds that it has to be: sealed, or clean-stop. */
        AUTO,
        SEALED,
        STRICT,
        CLEAN_STOP;

        /** Whether the source's server is stopped before the target is promoted. */
        public boolean stopsSource() {
            return this == STRICT || this == CLEAN_STOP;
        }

        @JsonValue
        public String text() {
            return Texts.of(this);
        }
    }

    /** What to do before the fence about what stands in its way ({@link Blocker}). */
    public enum Blockers {
        WAIT,
        ABORT,
        TERMINATE;

        @JsonValue
        public String text() {
            return Texts.of(this);
        }
    }

    /** How the target gets its first copy. */
    public enum Method {
        BASEBACKUP;

        @JsonValue
        public String text() {
            return Texts.of(this);
        }
    }

    /** How the checkpoint at the start of the base backup is made. */
    public enum Checkpoint {
        FAST,
        SPREAD;

        @JsonValue
        public String text() {
            return Texts.of(this);
        }
    }

    /** How deeply the copy is compared. */
    public enum Level {
        NONE,
        COUNTS,
        CHECKSUMS;

        @JsonValue
        public String text() {
            return Texts.of(this);
        }
    }

    /**
     * How the copy is made.
     *
     * @param maxRate limit per second, or null for none
     */
    public record Bootstrap(Method method, @Nullable ByteSize maxRate, Checkpoint checkpoint) {
        public Bootstrap {
            method = method == null ? Method.BASEBACKUP : method;
            checkpoint = checkpoint == null ? Checkpoint.FAST : checkpoint;
        }
    }

    /**
     * How the copy is compared.
     *
     * @param canaries queries that must give the same rows on source and target
     */
    public record Verify(Level level, List<CanaryQuery> canaries) {
        public Verify {
            level = level == null ? Level.COUNTS : level;
            canaries = canaries == null ? List.of() : List.copyOf(canaries);
        }
    }

    /** A check that a person takes responsibility for. */
    public record Waiver(
            @JsonProperty(required = true) String check,
            @JsonProperty(required = true) String reason) {
        private static final Form CHECK = new Form(
                "the name of a check",
                "[A-Za-z0-9][A-Za-z0-9-]*",
                Form.NAME_BYTES,
                "letters, digits and '-', such as P47");

        public Waiver {
            // that one is missing is told where the field is known
            check = check == null ? check : CHECK.checked(check);
            reason = reason == null ? reason : Reason.checked(reason);
        }
    }

    private static final class Texts {
        static String of(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
