/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.api.InstanceId;
import io.drover.api.Lsn;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an agent can tell about its node and an instance on it: raw material for the checks of the preflight. */
public final class Facts {
    private Facts() {}

    /**
     * A running instance.
     *
     * @param serverVersion server_version_num
     * @param settings pg_settings by name
     * @param controlData pg_controldata's lines by label
     * @param dataBytes size of the data directory with its tablespaces
     * @param diskFree free bytes of its file system
     * @param preparedTransactions gids of pg_prepared_xacts
     * @param subscriptions {@code database.subscription} with whether it is enabled, such as {@code app.sub1 (enabled)}
     * @param tablespaces locations of user tablespaces
     * @param unloggedTables tables and sequences, {@code database.schema.table}
     * @param collations used by databases and columns, as {@code libc:en_US.UTF-8} or {@code icu:de}; C and POSIX left out
     * @param collationMismatches objects whose recorded collation version is not the actual one
     * @param collationProbe hash of a fixed list of words sorted under each used collation, by collation
     * @param configErrors error rows of pg_file_settings and pg_hba_file_rules
     * @param roleSettings {@code role/database: setting} of pg_db_role_setting that touch read-only or synchronous commit
     * @param roles the roles drover, drover_repl and drover_rewind that exist, with what they lack as text, empty when right
     * @param unexplainedSettings values of settings that Drover may change, in postgresql.auto.conf without an entry in the journal
     * @param leftovers slots, staging directories and journals of earlier moves
     * @param baseBackups running base backups
     * @param longTransactions open longer than 5 s, for people
     * @param backgroundWorkers backend types of pg_stat_activity that are not the server's own, such as {@code pg_cron launcher}
     * @param rightsBeyond what Drover's roles may do beyond their part, by role, each with how it is taken away
     * @param startedByOthers what else than its agent starts it, at boot or by hand; empty when nothing does, null from an older agent
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record InstanceFacts(
            InstanceId instance,
            int serverVersion,
            boolean inRecovery,
            int timeline,
            Map<String, Setting> settings,
            Map<String, String> controlData,
            long dataBytes,
            long diskFree,
            long diskTotal,
            List<Slot> slots,
            List<Sender> senders,
            @Nullable Receiver receiver,
            List<String> preparedTransactions,
            List<String> subscriptions,
            List<String> tablespaces,
            List<String> unloggedTables,
            List<String> collations,
            List<String> collationMismatches,
            Map<String, String> collationProbe,
            List<String> configErrors,
            List<String> roleSettings,
            Map<String, String> roles,
            Map<String, String> unexplainedSettings,
            List<String> leftovers,
            List<String> baseBackups,
            List<String> longTransactions,
            List<String> backgroundWorkers,
            Archiver archiver,
            long checksumFailures,
            long secondsSinceCheckpoint,
            Map<String, List<String>> rightsBeyond,
            @Nullable String startedByOthers) {
        public InstanceFacts {
            // an older agent does not look for any
            rightsBeyond = rightsBeyond == null ? Map.of() : Map.copyOf(rightsBeyond);
        }
    }

    /** A row of pg_settings. */
    public record Setting(@Nullable String value, String source, boolean pendingRestart) {}

    /** A row of pg_replication_slots. */
    public record Slot(
            String name,
            String type,
            boolean active,
            @Nullable Integer activePid,
            @Nullable Lsn restartLsn,
            @Nullable String walStatus) {}

    /** A row of pg_stat_replication. */
    public record Sender(
            int pid,
            String applicationName,
            @Nullable String clientAddress,
            String state,
            @Nullable Lsn replayLsn,
            String syncState,
            @Nullable String slot) {}

    /**
     * The row of pg_stat_wal_receiver, with the replay state.
     *
     * @param applicationName under which it connects; null when it cannot be told
     */
    public record Receiver(
            String status,
            int receivedTimeline,
            @Nullable String slot,
            String senderHost,
            int senderPort,
            boolean replayPaused,
            @Nullable String applicationName) {}

    /**
     * Archiving.
     *
     * @param readyFiles segments that wait to be archived
     * @param lastFailed whether the last attempt failed
     */
    public record Archiver(String mode, String command, String library, int readyFiles, boolean lastFailed) {}

    /**
     * A node that is to take a copy.
     *
     * @param plannedDataDir where the copy would go
     * @param directoryState {@code absent}, {@code empty}, or what is in the way
     * @param portFree whether nothing listens on the shard's port
     * @param replicationLogin empty when drover_repl could log in to the source from here, else why not
     * @param missingDirectories tablespace locations of the source that do not exist here or are not empty
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record TargetFacts(
            Reports.NodeReport node,
            String plannedDataDir,
            String directoryState,
            boolean portFree,
            String replicationLogin,
            List<String> missingDirectories,
            List<String> leftovers) {}
}
