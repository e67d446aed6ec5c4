/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.sql.Connection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Processes that the seal spares, by pid (hazards H75, H76). Anything that is not on it is stopped or ended, so a process that is not
 * recognised can only make the seal stricter.
 *
 * @param titles what ps shows, by pid
 * @param sender the walsender of the target, one of them
 */
public record AllowList(Map<Integer, String> titles, int sender) {
    /** Processes of the server itself that never run a transaction of a user, as PostgreSQL 13 to 18 name them. */
    private static final Set<String> SERVER_PROCESSES = Set.of(
            "checkpointer",
            "background writer",
            "walwriter",
            "walsummarizer",
            "archiver",
            "logger",
            "stats collector",
            "autovacuum launcher",
            "logical replication launcher",
            "io worker");

    /**
     * Those of them that write WAL of their own accord: checkpoints, lists of the running transactions, and what a look at a catalog
     * prunes. None of it is a commit.
     */
    private static final Set<String> SERVER_WRITERS =
            Set.of("checkpointer", "background writer", "autovacuum launcher", "logical replication launcher");

    /** Those of them that pg_stat_activity does not show. */
    private static final Set<String> WITHOUT_ACTIVITY = Set.of("logger", "stats collector");

    private static final String BACKEND_TYPES =
            "SELECT pid, backend_type FROM pg_stat_activity WHERE backend_type IS NOT NULL";
    private static final String SENDER =
            "SELECT active_pid FROM pg_replication_slots WHERE slot_name = ? AND slot_type = 'physical' AND active";

    /** Makes the map unmodifiable. */
    public AllowList {
        titles = Map.copyOf(titles);
    }

    /**
     * The server's own processes, the walsender that streams from the slot, and the given backends.
     *
     * @param targetSlot physical slot of the target
     * @param ownBackends sessions of Drover that the seal needs
     * @throws DroverException SEAL_FAILED when nobody streams from the slot
     */
    public static AllowList compute(
            Connection connection, int postmasterPid, String targetSlot, Set<Integer> ownBackends) {
        Map<Integer, String> types = new HashMap<>();
        Sql.list(connection, BACKEND_TYPES, row -> types.put(row.getInt(1), row.getString(2)));
        int sender = Sql.first(connection, SENDER, row -> row.getInt(1), targetSlot)
                .orElseThrow(() -> new DroverException(
                        ErrorCode.SEAL_FAILED,
                        "no physical walsender streams from slot " + targetSlot + " on the source"));
        Set<Integer> named = new HashSet<>(ownBackends);
        named.add(sender);
        String clusterName = Sql.text(connection, "SELECT current_setting('cluster_name')");
        Map<Integer, String> spared = new HashMap<>();
        for (int pid : ProcessTable.children(postmasterPid)) {
            String title = ProcessTable.title(pid);
            if (named.contains(pid) || isServerProcess(title, clusterName, types.getOrDefault(pid, ""))) {
                spared.put(pid, title);
            }
        }
        if (!spared.keySet().containsAll(named)) {
            throw new DroverException(
                    ErrorCode.SEAL_FAILED,
                    "processes " + named + " are not all children of postmaster " + postmasterPid);
        }
        return new AllowList(spared, sender);
    }

    /** Whether the seal leaves the process alone. */
    public boolean spares(int pid) {
        return titles.containsKey(pid);
    }

    /** Processes of the server itself that write WAL although nobody asks for it; the title of a session ends in no such name. */
    Set<Integer> serverWriters() {
        return titles.entrySet().stream()
                .filter(process -> SERVER_WRITERS.stream()
                        .anyMatch(name -> process.getValue().strip().endsWith(": " + name)))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Whether the whole title is that of a server process and the activity view agrees. A user named like one has a database
     * and an address in its title, so only the whole text counts.
     */
    static boolean isServerProcess(String title, String clusterName, String backendType) {
        String prefix = clusterName.isEmpty() ? "postgres: " : "postgres: " + clusterName + ": ";
        if (!title.startsWith(prefix)) {
            return false;
        }
        String name = title.substring(prefix.length()).strip();
        if (!SERVER_PROCESSES.contains(nameWithoutStatus(name))) {
            return false;
        }
        return WITHOUT_ACTIVITY.contains(name) ? backendType.isEmpty() : backendType.equals(nameWithoutStatus(name));
    }

    /** The archiver and the WAL summarizer say what they work on after their name; io workers have a number. */
    private static String nameWithoutStatus(String name) {
        if (name.startsWith("archiver ")) {
            return "archiver";
        }
        if (name.startsWith("walsummarizer ")) {
            return "walsummarizer";
        }
        return name.startsWith("io worker ") ? "io worker" : name;
    }
}
