/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.Lsn;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The control file of a data directory (PostgreSQL documentation, pg_controldata). Right after a promotion its timeline is
 * still the old one (hazard H87).
 *
 * @param systemIdentifier the name that an instance and its physical copies share
 * @param clusterState such as {@code shut down} or {@code in production}
 * @param timeline the latest checkpoint's timeline
 * @param segmentSize bytes per WAL segment
 * @param checksumVersion 0 without data checksums
 * @param raw every line by its label
 */
public record ControlData(
        InstanceId systemIdentifier,
        String clusterState,
        int timeline,
        long segmentSize,
        int checksumVersion,
        Map<String, String> raw) {
    static final String WAL_LOG_HINTS = "wal_log_hints setting";
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /**
     * Reads the control file.
     *
     * @throws DroverException POSTGRES_FAILED when there is none or it is damaged
     */
    public static ControlData read(PostgresBinaries binaries, Path dataDir) {
        return parse(Commands.run(List.of(binaries.tool("pg_controldata"), "-D", dataDir.toString()), LIMIT)
                .stdout());
    }

    static ControlData parse(String text) {
        Map<String, String> raw = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                raw.put(
                        line.substring(0, colon).strip(),
                        line.substring(colon + 1).strip());
            }
        });
        return new ControlData(
                new InstanceId(value(raw, "Database system identifier")),
                value(raw, "Database cluster state"),
                Integer.parseInt(value(raw, "Latest checkpoint's TimeLineID")),
                Long.parseLong(value(raw, "Bytes per WAL segment")),
                Integer.parseInt(value(raw, "Data page checksum version")),
                Map.copyOf(raw));
    }

    /** Whether the last stop was an orderly one. */
    public boolean cleanlyStopped() {
        return clusterState.equals("shut down") || clusterState.equals("shut down in recovery");
    }

    /** Whether the instance was a standby when the file was last written; a primary in crash recovery is none. */
    public boolean standby() {
        return clusterState.equals("in archive recovery") || clusterState.equals("shut down in recovery");
    }

    /** The timeline up to which a standby has recovered: a promotion writes the new one before it takes writes. */
    public int recoveredTimeline() {
        return Math.max(timeline, Integer.parseInt(value(raw, "Min recovery ending loc's timeline")));
    }

    /** Where recovery from the latest checkpoint would begin. */
    public Lsn redo() {
        return Lsn.parse(value(raw, "Latest checkpoint's REDO location"));
    }

    /** The latest checkpoint. */
    public Lsn checkpoint() {
        return Lsn.parse(value(raw, "Latest checkpoint location"));
    }

    /**
     * Whether pg_rewind can work on the cluster: it wants every change of a page since the fork in the WAL, hints too. It goes by what
     * the server last ran with, which is here; what a configuration says by now changes nothing of what was written.
     */
    public boolean rewindable() {
        return checksumVersion > 0 || value(raw, WAL_LOG_HINTS).equals("on");
    }

    /** A line by its label. */
    public Optional<String> value(String label) {
        return Optional.ofNullable(raw.get(label));
    }

    private static String value(Map<String, String> raw, String label) {
        String value = raw.get(label);
        if (value == null) {
            throw new DroverException(ErrorCode.POSTGRES_FAILED, "pg_controldata printed no line '" + label + "'");
        }
        return value;
    }
}
