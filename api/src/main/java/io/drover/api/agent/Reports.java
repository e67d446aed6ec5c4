/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api.agent;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.api.DatabaseName;
import io.drover.api.FenceEpoch;
import io.drover.api.HostName;
import io.drover.api.InstanceId;
import io.drover.api.LeaderEpoch;
import io.drover.api.Lsn;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an agent answers. */
public final class Reports {
    private Reports() {}

    /** The verb's effect is there. */
    public record Done(String message) {}

    /** How PostgreSQL is stopped (documentation, pg_ctl). */
    public enum StopMode {
        FAST,
        IMMEDIATE,
        /** Fast, also of a server that a seal holds: what is held ends in order, too, so that the stop ends with its checkpoint. */
        CLEAN
    }

    /** What an instance is on this node, as its agent has recorded it. */
    public enum Role {
        /** Started writable, under a grant. */
        PRIMARY,
        /** Started as a standby only. */
        STANDBY,
        /** Was a primary and lost its grant: not started at all until it is rejoined. */
        DEMOTED
    }

    /**
     * An instance on its node.
     *
     * @param instance system identifier
     * @param running whether a postmaster lives
     * @param inRecovery whether it is a standby; null while it cannot be asked
     * @param timeline from the name of the current or last replayed WAL segment; null while it cannot be asked
     * @param lsn flush position of a primary, replay position of a standby
     * @param streaming whether a standby's walreceiver streams
     * @param sealedEpoch the FENCED epoch under which the instance is sealed, or null
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record InstanceReport(
            InstanceId instance,
            List<ShardId> shards,
            String database,
            String dataDir,
            String socketDir,
            int port,
            Role role,
            boolean running,
            @Nullable Boolean inRecovery,
            @Nullable Integer timeline,
            @Nullable Lsn lsn,
            @Nullable Boolean streaming,
            @Nullable FenceEpoch sealedEpoch,
            @Nullable MoveId journaledMove) {}

    /**
     * A node.
     *
     * @param icuVersion version of the ICU library that the PostgreSQL binaries load, such as {@code 72.1}; empty when they load none
     * @param serverVersion version number of the PostgreSQL binaries, such as 150018
     * @param foreignManagers programs found running that also start, stop or promote PostgreSQL, such as {@code patroni}
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record NodeReport(
            NodeId id,
            String host,
            String architecture,
            String libcVersion,
            String icuVersion,
            int serverVersion,
            String dataRoot,
            long diskFree,
            long diskTotal,
            List<String> foreignManagers,
            List<InstanceReport> instances) {}

    /**
     * What an agent remembers of an instance, whether its files are still there or not. Nobody asks the server for it.
     *
     * @param port its port
     * @param present whether its data directory is there
     * @param running whether a postmaster lives
     * @param grantEpoch the newest epoch under which it was told to be the primary; 0 for never
     * @param seenEpoch the highest epoch of its shards that was seen here
     * @param sealedEpoch the FENCED epoch under which it is sealed, or null
     * @param leaderEpoch the highest leadership whose command was accepted, or null
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record InstanceMemory(
            InstanceId instance,
            List<ShardId> shards,
            String database,
            int port,
            Role role,
            boolean present,
            boolean running,
            FenceEpoch grantEpoch,
            FenceEpoch seenEpoch,
            @Nullable FenceEpoch sealedEpoch,
            @Nullable LeaderEpoch leaderEpoch) {
        public InstanceMemory {
            // a rebuild makes topologies of these; an instance that holds no shard has no database
            database = database.isEmpty() ? database : new DatabaseName(database).value();
        }
    }

    /** What the agent of a node remembers of every instance that ever was there. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record MemoryReport(NodeId node, String host, List<InstanceMemory> instances) {
        public MemoryReport {
            requireNonNull(node, "node is null");
            host = new HostName(requireNonNull(host, "host is null")).value();
            instances = List.copyOf(requireNonNull(instances, "instances is null"));
        }
    }

    /**
     * What an agent has done by itself about what a move has left, or what it has left to a person.
     *
     * @param move the first characters of the move's id; empty for none
     */
    public record Act(Instant at, String move, String what) {}

    /** The newest acts of an agent since it was started, oldest first. */
    public record ActsReport(List<Act> acts) {}

    /** A slot. */
    public record SlotReport(String slot, Lsn restartLsn) {}

    /** How a long job stands. */
    public enum JobState {
        NONE,
        RUNNING,
        DONE,
        FAILED
    }

    /**
     * A long job.
     *
     * @param kind {@code copy} or {@code rejoin}
     * @param phase what it is doing, for people
     * @param error why it failed
     * @param bytesDone bytes that have arrived
     */
    public record JobReport(
            String kind,
            JobState state,
            String phase,
            @Nullable String error,
            long bytesDone) {}

    /**
     * A stop.
     *
     * @param state pg_controldata's cluster state; {@code stopped} after a stop at once, which writes none
     * @param checkpoint where its latest checkpoint begins; null after a stop at once, when there is no instance, and in the answer of an
     *     older agent
     */
    public record StopReport(
            String state, double millis, @Nullable Lsn checkpoint) {}

    /** Where copies lie that were set aside or, after a purge, lay. */
    public record SetAsideReport(List<String> directories) {}

    /** A probe of the guard. */
    public record GuardProbeReport(boolean committed, double waitedMillis) {}

    /** The processes of the sessions that were told to end. */
    public record EndedReport(List<Integer> ended) {}

    /** Where the WAL stands after filler. */
    public record AlignReport(Lsn lsn, long bytesToBoundary, long written) {}

    /** How the seal left no session that can commit. */
    public enum Standstill {
        /** Stopped where they stood; an abort lets them go on. */
        HELD,
        /** Ended, because one could not be stopped in time. */
        ENDED_NOT_HELD,
        /** Ended, because one that was stopped held what the end of the WAL needs (hazard H81). */
        ENDED_IN_THE_WAY,
        /** Ended with their server, which was shut down in order. */
        SHUT_DOWN
    }

    /**
     * The seal.
     *
     * @param finalLsn the segment boundary that ends the source's WAL; of a source that was shut down, the end of its last checkpoint
     * @param timeline the source's timeline
     * @param sessions processes that were stopped where they stood, or ended
     * @param standstill how; null when an older agent has sealed
     * @param freezeMillis until the door was held and it was known whom to spare; this and the following are zero in the answer to a repeat
     * @param sessionsMillis until no other session could act
     * @param switchMillis until the end of the WAL was proven
     */
    public record SealReport(
            Lsn finalLsn,
            int timeline,
            int sessions,
            @Nullable Standstill standstill,
            double freezeMillis,
            double sessionsMillis,
            double switchMillis) {}

    /** How far a standby has replayed. */
    public record ReplayReport(Lsn replayed, double millis) {}

    /**
     * What lies at or past a position on a stopped source.
     *
     * @param end where the last of the records ends; null when there is none, and in the answer of an older agent
     */
    public record TailReport(
            int recordsPast, List<String> records, @Nullable Lsn end) {}

    /** A promotion. {@code fork} is where the new timeline leaves the old one. */
    public record PromoteReport(int timeline, Lsn fork, double millis) {}

    /** The published epoch. */
    public record PublishReport(FenceEpoch epoch, double millis) {}

    /**
     * A target that has become the primary.
     *
     * @param publication how it was published right after; null when only the promotion succeeded
     */
    public record PromotedReport(
            PromoteReport promotion, @Nullable PublishReport publication) {}

    /**
     * One answer of each kind that the pause brings; their values mean nothing.
     *
     * @param times how often this agent has rehearsed since it was started
     */
    public record RehearsalReport(
            int times,
            SealReport seal,
            ReplayReport replay,
            PromotedReport promoted,
            PublishReport publication,
            StopReport stop,
            TailReport tail) {}

    /** Archived segments and those that the archive_command refused. */
    public record ArchiveReport(boolean archiving, List<String> archived, List<String> failed) {}

    /**
     * WAL of the old primary past the fork.
     *
     * @param records all records
     * @param userCommits transactions that touched user data
     * @param maintenanceCommits transactions that touched the catalog only
     * @param transactions the transaction ids of the user commits
     * @param end where the last of the records ends; null without one, when nobody can read it any more, and in the answer of an older
     *     agent
     * @param rewindable whether pg_rewind can take them back, by the control file; null where {@code end} is
     */
    public record AuditReport(
            int records,
            int userCommits,
            int maintenanceCommits,
            List<Long> transactions,
            @Nullable Lsn end,
            @Nullable Boolean rewindable) {}

    /** Rows by {@code database.schema.table}. */
    public record CountReport(Map<String, Long> rows) {}

    /** One hash per query, in the order of the queries. */
    public record CanaryReport(List<String> hashes) {}
}
