/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the data directory of a stopped server that of a standby. What a move set on the source must not come along (hazard
 * H63): a stale guard would block the first commit after the promotion for ever.
 */
public final class StandbySetup {
    private static final String CONNECT_SECONDS = "5";
    private static final String SIGNAL = "standby.signal";

    /** Set by moves on the other side, or for its role there. */
    private static final List<ManagedSetting> SCRUBBED = List.of(
            ManagedSetting.PRIMARY_CONNINFO,
            ManagedSetting.PRIMARY_SLOT_NAME,
            ManagedSetting.SYNCHRONOUS_STANDBY_NAMES);

    private StandbySetup() {}

    /**
     * Whom to follow.
     *
     * @param passFile holds drover_repl's password, on the standby's node
     * @param applicationName unique among the standbys, since the guard goes by it (H14)
     * @param tls of the standby's node
     */
    public record Upstream(String host, int port, Path passFile, String applicationName, String slot, ServerTls tls) {
        String connectionString() {
            Map<String, String> values = new HashMap<>(tls.keywords());
            values.put("host", host);
            values.put("port", Integer.toString(port));
            values.put("user", RoleSetup.REPLICATION);
            values.put("application_name", applicationName);
            values.put("passfile", passFile.toString());
            values.put("connect_timeout", CONNECT_SECONDS);
            return ConnectionString.of(values);
        }
    }

    /**
     * Writes standby.signal and the connection, and removes what must not come along. May be repeated.
     *
     * @param dataDir of a stopped server, or a copy
     */
    public static void prepare(Path dataDir, Upstream upstream) {
        prepare(dataDir, upstream, List.of());
    }

    /**
     * The same, and removes further settings that the caller's journal says Drover made on the other side, such as
     * {@link ManagedSetting#AUTOVACUUM}.
     */
    public static void prepare(Path dataDir, Upstream upstream, List<ManagedSetting> alsoRemoved) {
        if (DirectoryMove.isMovingBack(dataDir)) {
            // it was prepared, and a part of it lies at its final place
            return;
        }
        if (!Files.exists(dataDir.resolve("PG_VERSION"))) {
            throw new DroverException(ErrorCode.STATE_CONFLICT, dataDir + " is no data directory");
        }
        // First the file without which the server would start writable
        signal(dataDir);
        DurableFiles.delete(dataDir.resolve("recovery.signal"));
        AutoConf settings = AutoConf.read(dataDir);
        SCRUBBED.forEach(settings::remove);
        CutoverSettings.removeFrom(settings);
        alsoRemoved.forEach(settings::remove);
        // ALTER SYSTEM may have set them on the source, where they beat the node's own file
        NodeConfig.NODE_LOCAL.forEach(settings::remove);
        if (upstream.tls().certificate() != null) {
            ServerTls.SETTINGS.forEach(settings::remove);
        }
        settings.set(ManagedSetting.PRIMARY_CONNINFO, upstream.connectionString())
                .set(ManagedSetting.PRIMARY_SLOT_NAME, upstream.slot())
                .set(ManagedSetting.RECOVERY_TARGET_TIMELINE, "latest")
                .write(dataDir);
    }

    /** The settings that make a standby follow, to be loaded while it runs. */
    public static Map<ManagedSetting, String> following(Upstream upstream) {
        return Map.of(
                ManagedSetting.PRIMARY_CONNINFO,
                upstream.connectionString(),
                ManagedSetting.PRIMARY_SLOT_NAME,
                upstream.slot());
    }

    /** Writes standby.signal alone: all else is that of a standby already. */
    static void signal(Path dataDir) {
        DurableFiles.replace(dataDir.resolve(SIGNAL), "");
    }

    /** Whether the server would start as a standby. */
    public static boolean isStandby(Path dataDir) {
        return Files.exists(dataDir.resolve(SIGNAL));
    }

    /** Gives a prepared directory its final name. May be repeated. */
    public static void install(Path from, Path dataDir) {
        if (!Files.exists(from) && Files.exists(dataDir.resolve("PG_VERSION"))) {
            return;
        }
        DirectoryMove.move(from, dataDir);
    }
}
