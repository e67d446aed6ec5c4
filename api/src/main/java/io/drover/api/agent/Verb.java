/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api.agent;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.drover.api.ApplicationName;
import io.drover.api.CanaryQuery;
import io.drover.api.DatabaseName;
import io.drover.api.FenceEpoch;
import io.drover.api.HostName;
import io.drover.api.Lsn;
import io.drover.api.MoveRequest;
import io.drover.api.NodePath;
import io.drover.api.Port;
import io.drover.api.ShardId;
import io.drover.api.SlotName;
import io.drover.api.StandbyNames;
import io.drover.api.agent.Reports.AlignReport;
import io.drover.api.agent.Reports.ArchiveReport;
import io.drover.api.agent.Reports.AuditReport;
import io.drover.api.agent.Reports.CanaryReport;
import io.drover.api.agent.Reports.CountReport;
import io.drover.api.agent.Reports.Done;
import io.drover.api.agent.Reports.EndedReport;
import io.drover.api.agent.Reports.GuardProbeReport;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.PromotedReport;
import io.drover.api.agent.Reports.PublishReport;
import io.drover.api.agent.Reports.RehearsalReport;
import io.drover.api.agent.Reports.ReplayReport;
import io.drover.api.agent.Reports.SealReport;
import io.drover.api.agent.Reports.SetAsideReport;
import io.drover.api.agent.Reports.SlotReport;
import io.drover.api.agent.Reports.StopReport;
import io.drover.api.agent.Reports.TailReport;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything that an agent does to an instance, as the arguments of {@code POST /v1/instances/{instance}/{path}}. Every verb
 * may be repeated: when its effect is there already it only reports.
 *
 * @param <R> what the agent answers
 */
public sealed interface Verb<R> {
    /** The end of a word that another one follows. */
    Pattern WORD_START = Pattern.compile("([a-z])(?=[A-Z])");

    /** The last part of each kind's address. */
    ClassValue<String> PATHS = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> verb) {
            return WORD_START.matcher(verb.getSimpleName()).replaceAll("$1-").toLowerCase(Locale.ROOT);
        }
    };

    /** Last part of the address: the verb's name in lower case, its words joined by hyphens. */
    default String path() {
        return pathOf(getClass());
    }

    /** Last part of the address of a kind of verb. */
    static String pathOf(Class<?> verb) {
        return PATHS.get(verb);
    }

    /** The shards of an instance, of which there is one at least. */
    private static List<ShardId> some(List<ShardId> shards) {
        if (requireNonNull(shards, "shards is null").isEmpty()) {
            throw new IllegalArgumentException("no shard is named");
        }
        return List.copyOf(shards);
    }

    /** Type of the answer. */
    Class<R> answer();

    /**
     * Whether the verb can cost data or availability when it comes too late: then the agent proves with a check-only ZooKeeper
     * transaction that the leader and the topology are still those that it acts for.
     */
    default boolean dangerous() {
        return false;
    }

    /** Makes a new instance, with data checksums, and its database. */
    record Initialize(ShardId shard, int port, DatabaseName database) implements Verb<InstanceReport> {
        public Initialize {
            Port.checked(port);
        }

        @Override
        public Class<InstanceReport> answer() {
            return InstanceReport.class;
        }
    }

    /** Takes over a running instance, without a restart. */
    record Adopt(ShardId shard, NodePath dataDir, int port, DatabaseName database) implements Verb<InstanceReport> {
        public Adopt {
            Port.checked(port);
        }

        @Override
        public Class<InstanceReport> answer() {
            return InstanceReport.class;
        }
    }

    /** Takes over a running standby of an instance that has a primary elsewhere, without a restart. */
    record AdoptStandby(List<ShardId> shards, NodePath dataDir, int port, DatabaseName database)
            implements Verb<InstanceReport> {
        public AdoptStandby {
            shards = some(shards);
            Port.checked(port);
        }

        @Override
        public Class<InstanceReport> answer() {
            return InstanceReport.class;
        }
    }

    /** Creates a physical slot that reserves WAL at once; on a primary or on a standby. */
    record CreateSlot(SlotName slot) implements Verb<SlotReport> {
        /** With a name that is not checked yet. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public CreateSlot(String slot) {
            this(new SlotName(slot));
        }

        @Override
        public Class<SlotReport> answer() {
            return SlotReport.class;
        }
    }

    /** Drops a slot, ending its walsender first, and takes back what create-slot put into the data directory. */
    record DropSlot(SlotName slot) implements Verb<Done> {
        /** With a name that is not checked yet. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public DropSlot(String slot) {
            this(new SlotName(slot));
        }

        @Override
        public Class<Done> answer() {
            return Done.class;
        }
    }

    /** Starts a base backup into a staging directory; {@code GET …/job} tells how it goes. */
    record StartCopy(
            List<ShardId> shards,
            HostName sourceHost,
            int sourcePort,
            SlotName slot,
            @Nullable Long maxRateBytes,
            MoveRequest.Checkpoint checkpoint)
            implements Verb<JobReport> {
        public StartCopy {
            shards = some(shards);
            Port.checked(sourcePort);
        }

        /** With names that are not checked yet. */
        public StartCopy(
                List<ShardId> shards,
                String sourceHost,
                int sourcePort,
                String slot,
                @Nullable Long maxRateBytes,
                MoveRequest.Checkpoint checkpoint) {
            this(shards, new HostName(sourceHost), sourcePort, new SlotName(slot), maxRateBytes, checkpoint);
        }

        @Override
        public Class<JobReport> answer() {
            return JobReport.class;
        }
    }

    /** Ends a copy that runs and removes its staging directory. */
    record DiscardCopy() implements Verb<Done> {
        @Override
        public Class<Done> answer() {
            return Done.class;
        }
    }

    /** Puts the verified copy in its place and starts it as a hot standby. */
    record StartStandby(
            List<ShardId> shards, HostName primaryHost, int primaryPort, SlotName slot, ApplicationName applicationName)
            implements Verb<InstanceReport> {
        public StartStandby {
            shards = some(shards);
            Port.checked(primaryPort);
        }

        /** With names that are not checked yet. */
        public StartStandby(
                List<ShardId> shards, String primaryHost, int primaryPort, String slot, String applicationName) {
            this(
                    shards,
                    new HostName(primaryHost),
                    primaryPort,
                    new SlotName(slot),
                    new ApplicationName(applicationName));
        }

        @Override
        public Class<InstanceReport> answer() {
            return InstanceReport.class;
        }
    }

    /** Stops the instance and proves from the process table and the control file that it is stopped. */
    record Stop(Reports.StopMode mode) implements Verb<StopReport> {
        @Override
        public Class<StopReport> answer() {
            return StopReport.class;
        }

        @Override
        public boolean dangerous() {
            return true;
        }
    }

    /** Renames the data directory of a stopped instance that holds no grant. */
    record SetAside() implements Verb<SetAsideReport> {
        @Override
        public Class<SetAsideReport> answer() {
            return SetAsideReport.class;
        }

        @Override
        public boolean dangerous() {
            return true;
        }
    }

    /** Checkpoint on a primary, restartpoint on a standby. */
    record Checkpoint() implements Verb<Done> {
        @Override
        public Class<Done> answer() {
            return Done.class;
        }
    }

    /** Sets what a standby needs that will be promoted: no segments made ahead, which its promotion would clear away one by one. */
    record PrepareStandby() implements Verb<Done> {
        @Override
        public Class<Done> answer() {
            return Done.class;
        }
    }

    /** Sets what a quick promotion needs on the standby: no restore_command, short replay conflicts, no zero-filled segments. */
    record PrepareTarget() implements Verb<Done> {
        @Override
        public Class<Done> answer() {
            return Done.class;
        }
    }

    /**
     * Adds the target to synchronous_standby_names of the source, journaled.
     *
     * @param patienceMillis how long a commit may wait before the agent takes that back by itself; null for what is usual
     */
    record ArmGuard(
            ApplicationName applicationName, @Nullable Long patienceMillis) implements Verb<Done> {
        /** With a name that is not checked yet. */
        public ArmGuard(String applicationName, @Nullable Long patienceMillis) {
            this(new ApplicationName(applicationName), patienceMillis);
        }

        @Override
        public Class<Done> answer() {
            return Done.class;
        }
    }

    /**
     * Sets synchronous_standby_names, journaled; never on a node that was demoted or is sealed (H19).
     *
     * @param patienceMillis as of {@link ArmGuard}
     */
    record SetSynchronousStandbys(
            StandbyNames names, @Nullable Long patienceMillis) implements Verb<Done> {
        /** With a value that is not checked yet. */
        public SetSynchronousStandbys(String names, @Nullable Long patienceMillis) {
            this(new StandbyNames(names), patienceMillis);
        }

        @Override
        public Class<Done> answer() {
            return Done.class;
        }
    }

    /**
     * Makes a standby that runs follow another server, journaled.
     *
     * @param lasting the new primary is followed for good: the journal of whom it followed before is forgotten
     */
    record Follow(HostName host, int port, SlotName slot, ApplicationName applicationName, boolean lasting)
            implements Verb<Done> {
        public Follow {
            Port.checked(port);
        }

        /** With names that are not checked yet. */
        public Follow(String host, int port, String slot, String applicationName, boolean lasting) {
            this(new HostName(host), port, new SlotName(slot), new ApplicationName(applicationName), lasting);
        }

        @Override
        public Class<Done> answer() {
            return Done.class;
        }

        @Override
        public boolean dangerous() {
            return true;
        }
    }

    /** Commits one probe with remote_apply and tells how long it waited; returns at the latest after the token's time. */
    record ProbeGuard() implements Verb<GuardProbeReport> {
        @Override
        public Class<GuardProbeReport> answer() {
            return GuardProbeReport.class;
        }
    }

    /**
     * Ends sessions of clients that a cutover would wait for, each only while it is in the very transaction that was seen (hazard
     * H11): what has committed meanwhile is left alone.
     */
    record EndSessions(List<SessionMark> sessions) implements Verb<EndedReport> {
        public EndSessions {
            sessions = List.copyOf(sessions);
        }

        @Override
        public Class<EndedReport> answer() {
            return EndedReport.class;
        }

        @Override
        public boolean dangerous() {
            return true;
        }
    }

    /** Pauses or resumes replay on a standby. */
    record SetReplay(boolean paused) implements Verb<Done> {
        @Override
        public Class<Done> answer() {
            return Done.class;
        }
    }

    /**
     * Writes filler until {@code marginBytes} are left in the WAL segment; does nothing when less is left and {@code topUp}.
     *
     * @param marginBytes bytes to leave before the end of the segment
     */
    record AlignWal(long marginBytes) implements Verb<AlignReport> {
        public AlignWal {
            if (marginBytes < 0) {
                throw new IllegalArgumentException("a negative margin: " + marginBytes);
            }
        }

        @Override
        public Class<AlignReport> answer() {
            return AlignReport.class;
        }
    }

    /**
     * Writes the settings of the seal to disk without loading them, lists who is spared, warms every connection and code path
     * of the seal.
     */
    record PrepareSeal(FenceEpoch epoch, SlotName targetSlot) implements Verb<Done> {
        /** With a name that is not checked yet. */
        public PrepareSeal(FenceEpoch epoch, String targetSlot) {
            this(epoch, new SlotName(targetSlot));
        }

        @Override
        public Class<Done> answer() {
            return Done.class;
        }
    }

    /**
     * Runs what the commands of the pause run on their way, without their effect, and answers with a sample of each answer.
     *
     * @param stop null where the source is not ended this way
     * @param halt null where it is not ended that way
     */
    record Rehearse(
            Seal seal,
            AwaitReplayed awaitReplayed,
            Promote promote,
            Publish publish,
            @Nullable Stop stop,
            @Nullable HaltAndReadTail halt)
            implements Verb<RehearsalReport> {
        @Override
        public Class<RehearsalReport> answer() {
            return RehearsalReport.class;
        }
    }

    /** Leaves no process that can commit: holds the door, stops the sessions, ends the WAL on a segment boundary. */
    record Seal(FenceEpoch epoch, SlotName targetSlot) implements Verb<SealReport> {
        /** With a name that is not checked yet. */
        public Seal(FenceEpoch epoch, String targetSlot) {
            this(epoch, new SlotName(targetSlot));
        }

        @Override
        public Class<SealReport> answer() {
            return SealReport.class;
        }

        @Override
        public boolean dangerous() {
            return true;
        }
    }

    /** Opens a sealed source again; only while the topology says ABORTING. */
    record Unseal() implements Verb<Done> {
        @Override
        public Class<Done> answer() {
            return Done.class;
        }

        @Override
        public boolean dangerous() {
            return true;
        }
    }

    /** Returns when the standby itself has replayed the position. */
    record AwaitReplayed(Lsn lsn) implements Verb<ReplayReport> {
        @Override
        public Class<ReplayReport> answer() {
            return ReplayReport.class;
        }
    }

    /** Reads the WAL of a stopped source from disk: nothing valid may lie past the position. */
    record ReadTail(int timeline, Lsn lsn) implements Verb<TailReport> {
        @Override
        public Class<TailReport> answer() {
            return TailReport.class;
        }
    }

    /**
     * Ends every process of a sealed source where it stands, and when none can act any more reads its WAL from disk: nothing valid may lie
     * past the position. One way to the source instead of two, and no wait for what the kernel still does; {@link Stop} proves that
     * all of it is gone.
     */
    record HaltAndReadTail(int timeline, Lsn lsn) implements Verb<TailReport> {
        @Override
        public Class<TailReport> answer() {
            return TailReport.class;
        }

        @Override
        public boolean dangerous() {
            return true;
        }
    }

    /** Promotes the standby and publishes it; only while the topology says PROMOTING and names this node. */
    record Promote(int oldTimeline, Lsn atLeast) implements Verb<PromotedReport> {
        @Override
        public Class<PromotedReport> answer() {
            return PromotedReport.class;
        }

        @Override
        public boolean dangerous() {
            return true;
        }
    }

    /** Writes PROMOTING → SERVING on this node for every shard of the instance, in one transaction. */
    record Publish() implements Verb<PublishReport> {
        @Override
        public Class<PublishReport> answer() {
            return PublishReport.class;
        }

        @Override
        public boolean dangerous() {
            return true;
        }
    }

    /** Undoes every journaled setting of the token's move that {@code step} made; 0 means of all steps. */
    record RestoreSettings(int step) implements Verb<Done> {
        @Override
        public Class<Done> answer() {
            return Done.class;
        }
    }

    /** Archives every segment of the timeline up to the fork, with the instance's own archive_command. */
    record ArchiveUpTo(int timeline, Lsn fork) implements Verb<ArchiveReport> {
        @Override
        public Class<ArchiveReport> answer() {
            return ArchiveReport.class;
        }
    }

    /** Reads the WAL of a stopped instance past the fork and tells what is there. */
    record Audit(int timeline, Lsn fork) implements Verb<AuditReport> {
        @Override
        public Class<AuditReport> answer() {
            return AuditReport.class;
        }
    }

    /** Lets drover_rewind log in to this primary, or ends that. */
    record SetRewindLogin(boolean allowed) implements Verb<Done> {
        @Override
        public Class<Done> answer() {
            return Done.class;
        }
    }

    /** Starts to make a stopped old primary a standby of the new one; {@code GET …/job} tells how it goes. */
    record Rejoin(
            HostName primaryHost,
            int primaryPort,
            SlotName slot,
            ApplicationName applicationName,
            boolean rewind,
            Lsn fork)
            implements Verb<JobReport> {
        public Rejoin {
            Port.checked(primaryPort);
        }

        /** With names that are not checked yet. */
        public Rejoin(
                String primaryHost, int primaryPort, String slot, String applicationName, boolean rewind, Lsn fork) {
            this(
                    new HostName(primaryHost),
                    primaryPort,
                    new SlotName(slot),
                    new ApplicationName(applicationName),
                    rewind,
                    fork);
        }

        @Override
        public Class<JobReport> answer() {
            return JobReport.class;
        }

        @Override
        public boolean dangerous() {
            return true;
        }
    }

    /**
     * Deletes the copy that the token's move made and has set aside, after proving that it never was more than a standby. What was
     * promoted is never deleted this way.
     */
    record RemoveCopy() implements Verb<SetAsideReport> {
        @Override
        public Class<SetAsideReport> answer() {
            return SetAsideReport.class;
        }
    }

    /** Deletes copies that were set aside, after proving that they are ones. */
    record Purge() implements Verb<SetAsideReport> {
        @Override
        public Class<SetAsideReport> answer() {
            return SetAsideReport.class;
        }
    }

    /** Counts the rows of every user table of the instance's databases, each in a snapshot of its own. */
    record CountRows() implements Verb<CountReport> {
        @Override
        public Class<CountReport> answer() {
            return CountReport.class;
        }
    }

    /**
     * Runs queries, each in a read-only transaction, as a role that can read and nothing else, and tells a hash of the rows of each. Without
     * a query it tells whether that role can log in.
     */
    record RunCanaries(DatabaseName database, List<CanaryQuery> queries) implements Verb<CanaryReport> {
        public RunCanaries {
            queries = List.copyOf(requireNonNull(queries, "queries is null"));
        }

        @Override
        public Class<CanaryReport> answer() {
            return CanaryReport.class;
        }
    }
}
