/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.api.Lsn;
import io.drover.api.MoveState;
import io.drover.api.ShardTopology;
import io.drover.testing.ledger.AckLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was recorded of one run. A part that was not gathered is absent; the check that needs it then says so, unless it was waived
 * with a reason. All times are of {@link System#nanoTime()}, which the processes of a machine share.
 *
 * @param run the number that tells this run's rows from others in the same table
 * @param logs what the writers know, those of the kit and the others; writers are told apart by their number
 * @param reads the rows at the end, from the node that serves
 * @param lineage who was primary on which timeline, the first first
 * @param oldWals the WAL of each old primary, copied before anything was done with it
 * @param sightings answers of nodes that were out of recovery
 * @param chain every topology of the shard that ZooKeeper has stored, in order
 * @param leftovers what differs from the snapshot before the move and should not
 * @param limits what clients may have seen
 * @param equality tables of the new primary and the rollback replica
 * @param ending how the move ended
 * @param coverage whether the run could prove anything
 * @param waived checks that do not apply, with the reason
 */
public record Evidence(
        int run,
        List<AckLog> logs,
        List<FinalRead> reads,
        List<Reign> lineage,
        List<OldWal> oldWals,
        List<Sighting> sightings,
        List<TopologyChange> chain,
        @Nullable List<String> leftovers,
        @Nullable Limits limits,
        @Nullable Equality equality,
        @Nullable Ending ending,
        Coverage coverage,
        Map<Check, String> waived) {

    /** When a final read was made. */
    public enum When {
        /** After the writers have stopped. */
        FIRST,
        /** Once more. */
        AGAIN,
        /** After the server that serves was killed and started: what is visible and not durable is gone. */
        AFTER_CRASH
    }

    /**
     * The rows of the run.
     *
     * @param rows writer and number of each row, as often as it is there
     */
    public record FinalRead(When when, List<Row> rows) {
        /** Makes the list unmodifiable. */
        public FinalRead {
            rows = List.copyOf(rows);
        }
    }

    /** One row of the ledger. */
    public record Row(int writer, long sequence) {}

    /**
     * A node's time as primary.
     *
     * @param end the fork, where the next timeline begins; absent for the last
     */
    public record Reign(String node, int timeline, @Nullable Lsn end) {}

    /**
     * What the WAL of an old primary holds past the fork.
     *
     * @param complete whether it was copied while the server was stopped and before anybody had touched it
     * @param commits all of them
     */
    public record OldWal(String node, int timeline, Lsn fork, boolean complete, List<Commit> commits) {
        /** Makes the list unmodifiable. */
        public OldWal {
            commits = List.copyOf(commits);
        }
    }

    /** A commit in a WAL. */
    public record Commit(long xid, Lsn lsn) {}

    /**
     * A node's answer that it is out of recovery.
     *
     * @param system the system identifier
     * @param timeline the timeline that it writes
     */
    public record Sighting(String node, String system, int timeline, long askedAt, long answeredAt) {}

    /**
     * One write of the topology.
     *
     * @param zxid ZooKeeper's number of the transaction
     * @param topology what was written; absent when the znode was deleted
     */
    public record TopologyChange(long zxid, Optional<ShardTopology> topology) {}

    /**
     * What clients of the kit may have seen.
     *
     * @param longestPause longest time between two acknowledged writes of one writer of the kit
     * @param errors SQLSTATEs that are documented for what was done to them; a class of two characters stands for all of its states
     */
    public record Limits(Duration longestPause, Set<String> errors) {
        /** Makes the set unmodifiable. */
        public Limits {
            errors = Set.copyOf(errors);
        }
    }

    /**
     * Contents of two servers at one LSN.
     *
     * @param lsn which both had when they were read
     */
    public record Equality(Lsn lsn, Map<String, TableSum> primary, Map<String, TableSum> replica) {
        /** Makes the maps unmodifiable. */
        public Equality {
            primary = Map.copyOf(primary);
            replica = Map.copyOf(replica);
        }
    }

    /** Number of rows and the sum of the hashes of all of them, which does not depend on their order. */
    public record TableSum(long rows, String hash) {}

    /**
     * How the move ended.
     *
     * @param state the last state seen
     * @param explained whether a NEEDS_OPERATOR says what is safe now
     * @param sinceHealed time from the healing of the last fault to that state
     * @param limit how long that may take
     */
    public record Ending(MoveState state, boolean explained, Duration sinceHealed, Duration limit) {}

    /**
     * Whether the run could prove anything.
     *
     * @param faults what was to be done, such as {@code kill controller at publish}, and whether the log proves that it hit its point
     * @param forks when each new primary was declared
     * @param leastAcked acknowledged writes that have to lie within a second of each fork
     * @param leastUncertain writes of unknown or refused fate that have to lie there
     */
    public record Coverage(Map<String, Boolean> faults, List<Long> forks, int leastAcked, int leastUncertain) {
        /** Makes them unmodifiable. */
        public Coverage {
            faults = Map.copyOf(faults);
            forks = List.copyOf(forks);
        }
    }

    /** Makes the lists unmodifiable. */
    public Evidence {
        logs = List.copyOf(logs);
        reads = List.copyOf(reads);
        lineage = List.copyOf(lineage);
        oldWals = List.copyOf(oldWals);
        sightings = List.copyOf(sightings);
        chain = List.copyOf(chain);
        leftovers = leftovers == null ? null : List.copyOf(leftovers);
        waived = Map.copyOf(waived);
    }

    /** The same with other logs. */
    public Evidence withLogs(List<AckLog> others) {
        return new Evidence(
                run, others, reads, lineage, oldWals, sightings, chain, leftovers, limits, equality, ending, coverage,
                waived);
    }

    /** Begins to gather. */
    public static Builder of(int run, List<AckLog> logs) {
        return new Builder(run, logs);
    }

    /** Gathers. */
    public static final class Builder {
        private final int run;
        private final List<AckLog> logs;
        private final List<FinalRead> reads = new ArrayList<>();
        private final List<Reign> lineage = new ArrayList<>();
        private final List<OldWal> oldWals = new ArrayList<>();
        private final List<Sighting> sightings = new ArrayList<>();
        private final List<TopologyChange> chain = new ArrayList<>();
        private final Map<Check, String> waived = new EnumMap<>(Check.class);
        private @Nullable List<String> leftovers;
        private @Nullable Limits limits;
        private @Nullable Equality equality;
        private @Nullable Ending ending;
        private Coverage coverage = new Coverage(Map.of(), List.of(), 0, 0);

        private Builder(int run, List<AckLog> logs) {
            this.run = run;
            this.logs = logs;
        }

        /** Adds a read of the rows. */
        public Builder read(FinalRead read) {
            reads.add(read);
            return this;
        }

        /** Tells who was primary when. */
        public Builder lineage(List<Reign> reigns) {
            lineage.addAll(reigns);
            return this;
        }

        /** Adds the WAL of an old primary. */
        public Builder oldWal(OldWal wal) {
            oldWals.add(wal);
            return this;
        }

        /** Adds the answers of nodes that were out of recovery. */
        public Builder sightings(List<Sighting> seen) {
            sightings.addAll(seen);
            return this;
        }

        /** Tells every topology that was stored. */
        public Builder chain(List<TopologyChange> changes) {
            chain.addAll(changes);
            return this;
        }

        /** Tells what was left behind. */
        public Builder leftovers(List<String> left) {
            this.leftovers = left;
            return this;
        }

        /** Tells what clients may have seen. */
        public Builder limits(Limits allowed) {
            this.limits = allowed;
            return this;
        }

        /** Tells the contents of primary and replica. */
        public Builder equality(Equality contents) {
            this.equality = contents;
            return this;
        }

        /** Tells how the move ended. */
        public Builder ending(Ending end) {
            this.ending = end;
            return this;
        }

        /** Tells whether the run could prove anything. */
        public Builder coverage(Coverage covered) {
            this.coverage = covered;
            return this;
        }

        /** Leaves a check out. */
        public Builder waive(Check check, String reason) {
            waived.put(check, reason);
            return this;
        }

        /** All that was gathered. */
        public Evidence build() {
            return new Evidence(
                    run, logs, reads, lineage, oldWals, sightings, chain, leftovers, limits, equality, ending, coverage,
                    waived);
        }
    }
}
