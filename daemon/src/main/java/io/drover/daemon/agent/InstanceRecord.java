/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Lsn;
import io.drover.api.MoveId;
import io.drover.api.ShardId;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Reports.Standstill;
import io.drover.api.agent.Token;
import io.drover.replication.ServiceName;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
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
 * @param target what was seen of it when a move prepared it for its promotion
 * @param formerDataDirs where its files lay before; copies that were set aside may still lie there
 * @param seenEpoch the highest epoch of its shards that this agent has seen, whoever was the primary under it; a topology below it was
 *     brought back from the past (H39)
 * @param home where it lay when it was adopted here; null when Drover made it, or a copy of it came here first
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
        boolean stopped,
        @Nullable TargetRecord target,
        List<Path> formerDataDirs,
        FenceEpoch seenEpoch,
        @Nullable Home home) {

    InstanceRecord {
        shards = List.copyOf(shards);
        settings = List.copyOf(settings);
        // absent in a record that an older version wrote
        formerDataDirs = formerDataDirs == null ? List.of() : List.copyOf(formerDataDirs);
        FenceEpoch known = highest(seenEpoch == null ? grantEpoch : seenEpoch, grantEpoch);
        seenEpoch = seal == null ? known : highest(known, seal.epoch());
    }

    private static FenceEpoch highest(FenceEpoch one, FenceEpoch other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    /** An instance that no move has touched yet. */
    static InstanceRecord first(
            InstanceId instance,
            List<ShardId> shards,
            String database,
            Path dataDir,
            Path socketDir,
            int port,
            Role role) {
        return new InstanceRecord(
                instance,
                shards,
                database,
                dataDir,
                socketDir,
                port,
                role,
                new FenceEpoch(0),
                null,
                List.of(),
                null,
                null,
                null,
                false,
                null,
                List.of(),
                new FenceEpoch(0),
                null);
    }

    /**
     * A seal that was begun.
     *
     * @param epoch the FENCED epoch that it belongs to
     * @param postmasterPid the postmaster that is held, or 0 when none lived
     * @param finalLsn where the source's WAL ends; null until the seal is complete
     * @param timeline the source's timeline
     * @param sessions processes that were stopped or ended
     * @param standstill how; null until the seal is complete
     * @param since when it was begun, by this machine's wall clock; null in a record that an older version wrote
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record SealRecord(
            FenceEpoch epoch,
            MoveId move,
            int postmasterPid,
            @Nullable Lsn finalLsn,
            int timeline,
            int sessions,
            @Nullable Standstill standstill,
            @Nullable Instant since) {
        static SealRecord begun(FenceEpoch epoch, MoveId move, int postmasterPid, Instant now) {
            return new SealRecord(epoch, move, postmasterPid, null, 0, 0, null, now);
        }

        SealRecord completed(Lsn end, int onTimeline, int sessions, Standstill how) {
            return new SealRecord(epoch, move, postmasterPid, end, onTimeline, sessions, how, since);
        }

        /** How long it has lasted; zero when that is not known. A clock that was set back makes it shorter, never negative. */
        Duration lastedUntil(Instant now) {
            return since == null || now.isBefore(since) ? Duration.ZERO : Duration.between(since, now);
        }
    }

    /**
     * A setting as it stood in postgresql.auto.conf before a step of a move changed it.
     *
     * @param before the value, or null when the file had no such line
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record SettingChange(String setting, @Nullable String before, MoveId move, int step) {}

    /**
     * A standby that a move has prepared for its promotion.
     *
     * @param timeline the source's, which it received at that time
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record TargetRecord(MoveId move, int timeline) {}

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

    /** Who starts it where it lies; null when the agent does. */
    @Nullable
    ServiceName service() {
        return home != null && home.dataDir().equals(dataDir) ? home.service() : null;
    }

    /** Where its files lie and where they lay before, each once. */
    List<Path> dataDirs() {
        return Stream.concat(Stream.of(dataDir), formerDataDirs.stream())
                .distinct()
                .toList();
    }

    InstanceRecord withRole(Role next, FenceEpoch epoch) {
        return with(draft -> {
            draft.role = next;
            draft.grantEpoch = epoch;
        });
    }

    InstanceRecord withRole(Role next) {
        return withRole(next, grantEpoch);
    }

    InstanceRecord withSeal(@Nullable SealRecord next) {
        return with(draft -> draft.seal = next);
    }

    InstanceRecord withSettings(List<SettingChange> next) {
        return with(draft -> draft.settings = next);
    }

    InstanceRecord withToken(Token next) {
        return with(draft -> draft.token = next);
    }

    InstanceRecord withJob(@Nullable JobRecord next) {
        return with(draft -> draft.job = next);
    }

    InstanceRecord withStartArguments(@Nullable List<String> next) {
        return with(draft -> draft.startArguments = next);
    }

    InstanceRecord withHome(Home next) {
        return with(draft -> {
            draft.home = next;
            draft.startArguments = next.startArguments();
        });
    }

    InstanceRecord withShards(List<ShardId> next) {
        return with(draft -> draft.shards = next);
    }

    InstanceRecord withStopped(boolean next) {
        return with(draft -> draft.stopped = next);
    }

    InstanceRecord withTarget(@Nullable TargetRecord next) {
        return with(draft -> draft.target = next);
    }

    /** A lower one changes nothing. */
    InstanceRecord withSeen(FenceEpoch epoch) {
        return with(draft -> draft.seenEpoch = highest(seenEpoch, epoch));
    }

    /** Its place when it was adopted here, and how it is started there. */
    InstanceRecord atHome(Home wanted, String newDatabase) {
        return withPlace(wanted.dataDir(), wanted.socketDir(), wanted.port(), newDatabase)
                .withStartArguments(wanted.startArguments());
    }

    InstanceRecord withPlace(Path newDataDir, Path newSocketDir, int newPort, String newDatabase) {
        List<Path> former = new ArrayList<>(dataDirs());
        former.remove(newDataDir);
        return with(draft -> {
            draft.formerDataDirs = former;
            draft.dataDir = newDataDir;
            draft.socketDir = newSocketDir;
            draft.port = newPort;
            draft.database = newDatabase;
            draft.startArguments = null;
        });
    }

    private InstanceRecord with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.done();
    }

    /** A record in the making, on which single values are changed. */
    private static final class Draft {
        private final InstanceId instance;
        private List<ShardId> shards;
        private String database;
        private Path dataDir;
        private Path socketDir;
        private int port;
        private Role role;
        private FenceEpoch grantEpoch;
        private @Nullable SealRecord seal;
        private List<SettingChange> settings;
        private @Nullable Token token;
        private @Nullable List<String> startArguments;
        private @Nullable JobRecord job;
        private boolean stopped;
        private @Nullable TargetRecord target;
        private List<Path> formerDataDirs;
        private FenceEpoch seenEpoch;
        private @Nullable Home home;

        Draft(InstanceRecord record) {
            instance = record.instance;
            shards = record.shards;
            database = record.database;
            dataDir = record.dataDir;
            socketDir = record.socketDir;
            port = record.port;
            role = record.role;
            grantEpoch = record.grantEpoch;
            seal = record.seal;
            settings = record.settings;
            token = record.token;
            startArguments = record.startArguments;
            job = record.job;
            stopped = record.stopped;
            target = record.target;
            formerDataDirs = record.formerDataDirs;
            seenEpoch = record.seenEpoch;
            home = record.home;
        }

        InstanceRecord done() {
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
                    stopped,
                    target,
                    formerDataDirs,
                    seenEpoch,
                    home);
        }
    }
}
