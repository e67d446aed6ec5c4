/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Lsn;
import io.drover.api.MoveId;
import io.drover.api.ShardId;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Token;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the agent must remember of one instance on its node. It is stored before the act that it speaks of (rule R1).
 *
 * @param instance system identifier
 * @param shards the shards that lie in it
 * @param database the database of the shards
 * @param dataDir where its files lie; for a copy that is not installed yet, where they will lie
 * @param socketDir where its Unix socket lies
 * @param port its port, the same on every node
 * @param role as what it may be started
 * @param grantEpoch the newest epoch under which it was told to be the primary
 * @param seal present while it is sealed, from before the first sub-step of the seal
 * @param settings what moves have changed in postgresql.auto.conf, oldest first
 * @param token the highest token that was accepted
 * @param startArguments how the postmaster of an adopted instance was started, without the program; null when Drover starts it
 * @param job the last long job
 * @param stopped whether it was stopped on order: the agent does not start it again by itself
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record InstanceRecord(
        InstanceId instance,
        List<ShardId> shards,
        String database,
        Path dataDir,
        Path socketDir,
        int port,
        Role role,
        FenceEpoch grantEpoch,
        @Nullable SealRecord seal,
        List<SettingChange> settings,
        @Nullable Token token,
        @Nullable List<String> startArguments,
        @Nullable JobRecord job,
        boolean stopped) {

    InstanceRecord {
        shards = List.copyOf(shards);
        settings = List.copyOf(settings);
    }

    /**
     * A seal that was begun.
     *
     * @param epoch the FENCED epoch that it belongs to
     * @param postmasterPid the postmaster that is held, or 0 when none lived
     * @param finalLsn where the source's WAL ends; null until the seal is complete
     * @param timeline the source's timeline
     * @param sessionsEnded processes that were ended
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record SealRecord(
            FenceEpoch epoch,
            MoveId move,
            int postmasterPid,
            @Nullable Lsn finalLsn,
            int timeline,
            int sessionsEnded) {
        SealRecord completed(Lsn end, int onTimeline, int sessions) {
            return new SealRecord(epoch, move, postmasterPid, end, onTimeline, sessions);
        }
    }

    /**
     * A setting as it stood in postgresql.auto.conf before a step of a move changed it.
     *
     * @param before the value, or null when the file had no such line
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record SettingChange(String setting, @Nullable String before, MoveId move, int step) {}

    /** What a long job makes. */
    enum JobKind {
        COPY,
        REJOIN
    }

    /** How a long job stands. */
    enum JobPhase {
        RUNNING,
        DONE,
        FAILED
    }

    /**
     * A long job. A job that is RUNNING when the agent starts has lost its agent.
     *
     * @param directory the directory that it works in
     * @param bytes how many bytes had arrived at its end
     * @param error why it failed
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record JobRecord(
            JobKind kind,
            JobPhase phase,
            MoveId move,
            Path directory,
            long bytes,
            @Nullable String error) {
        static JobRecord begun(JobKind kind, MoveId move, Path directory) {
            return new JobRecord(kind, JobPhase.RUNNING, move, directory, 0, null);
        }

        JobRecord done(long arrived) {
            return new JobRecord(kind, JobPhase.DONE, move, directory, arrived, null);
        }

        JobRecord failed(long arrived, String why) {
            return new JobRecord(kind, JobPhase.FAILED, move, directory, arrived, why);
        }

        boolean is(JobKind wanted, MoveId owner) {
            return kind == wanted && move.equals(owner);
        }
    }

    /** The directory that holds the data directory and, for an instance that Drover made, its node-local settings. */
    Path directory() {
        Path parent = dataDir.getParent();
        return parent == null ? dataDir : parent;
    }

    /** A directory beside the data directory that belongs to a move, such as {@code data.staging-1a2b3c4d}. */
    Path beside(String purpose, MoveId move) {
        return dataDir.resolveSibling(dataDir.getFileName() + "." + purpose + "-" + move.shortId());
    }

    InstanceRecord withRole(Role next, FenceEpoch epoch) {
        return new InstanceRecord(
                instance,
                shards,
                database,
                dataDir,
                socketDir,
                port,
                next,
                epoch,
                seal,
                settings,
                token,
                startArguments,
                job,
                stopped);
    }

    InstanceRecord withRole(Role next) {
        return withRole(next, grantEpoch);
    }

    InstanceRecord withSeal(@Nullable SealRecord next) {
        return new InstanceRecord(
                instance,
                shards,
                database,
                dataDir,
                socketDir,
                port,
                role,
                grantEpoch,
                next,
                settings,
                token,
                startArguments,
                job,
                stopped);
    }

    InstanceRecord withSettings(List<SettingChange> next) {
        return new InstanceRecord(
                instance,
                shards,
                database,
                dataDir,
                socketDir,
                port,
                role,
                grantEpoch,
                seal,
                next,
                token,
                startArguments,
                job,
                stopped);
    }

    InstanceRecord withToken(Token next) {
        return new InstanceRecord(
                instance,
                shards,
                database,
                dataDir,
                socketDir,
                port,
                role,
                grantEpoch,
                seal,
                settings,
                next,
                startArguments,
                job,
                stopped);
    }

    InstanceRecord withJob(@Nullable JobRecord next) {
        return new InstanceRecord(
                instance,
                shards,
                database,
                dataDir,
                socketDir,
                port,
                role,
                grantEpoch,
                seal,
                settings,
                token,
                startArguments,
                next,
                stopped);
    }

    InstanceRecord withStartArguments(@Nullable List<String> next) {
        return new InstanceRecord(
                instance,
                shards,
                database,
                dataDir,
                socketDir,
                port,
                role,
                grantEpoch,
                seal,
                settings,
                token,
                next,
                job,
                stopped);
    }

    InstanceRecord withShards(List<ShardId> next) {
        return new InstanceRecord(
                instance,
                next,
                database,
                dataDir,
                socketDir,
                port,
                role,
                grantEpoch,
                seal,
                settings,
                token,
                startArguments,
                job,
                stopped);
    }

    InstanceRecord withStopped(boolean next) {
        return new InstanceRecord(
                instance,
                shards,
                database,
                dataDir,
                socketDir,
                port,
                role,
                grantEpoch,
                seal,
                settings,
                token,
                startArguments,
                job,
                next);
    }

    InstanceRecord withPlace(Path newDataDir, Path newSocketDir, int newPort, String newDatabase) {
        return new InstanceRecord(
                instance,
                shards,
                newDatabase,
                newDataDir,
                newSocketDir,
                newPort,
                role,
                grantEpoch,
                seal,
                settings,
                token,
                null,
                job,
                stopped);
    }
}
