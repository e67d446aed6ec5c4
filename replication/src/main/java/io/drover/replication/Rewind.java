/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.fault.FaultPoints;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a stopped old primary that has WAL past the fork a standby again. Inside a rewind the directory has neither
 * standby.signal nor its own settings and would start writable on the old timeline, so it has a name meanwhile under which
 * nothing starts it (hazard H57). Before, a CHECKPOINT on the new primary is needed, or pg_rewind finds nothing to do (H58).
 */
public final class Rewind {
    private static final Logger LOG = LoggerFactory.getLogger(Rewind.class);
    /** Where the fault points lie. */
    private static final String PLACE = "rewind";

    private static final Pattern DIVERGED =
            Pattern.compile("servers diverged at WAL location ([0-9A-F]+/[0-9A-F]+) on timeline (\\d+)");

    /** From here on pg_rewind changes files and cannot turn back. */
    private static final String COPYING = "need to copy";

    private static final String DONE = "Done!";
    private static final String FRESH_COPY =
            "the directory is kept and cannot be started under this name; discard it and make a new copy";

    /**
     * Control file labels of what single-user recovery needs as it was. It writes into the control file what it ran with, and pg_rewind
     * takes nothing that says it had no hints in its WAL.
     */
    private static final Map<String, String> RECOVERY_SETTINGS = Map.of(
            "max_prepared_xacts setting", "max_prepared_transactions",
            "wal_level setting", "wal_level",
            "max_wal_senders setting", "max_wal_senders",
            "track_commit_timestamp setting", "track_commit_timestamp",
            ControlData.WAL_LOG_HINTS, "wal_log_hints");

    private final PostgresBinaries binaries;

    /** With the programs of one version. */
    public Rewind(PostgresBinaries binaries) {
        this.binaries = binaries;
    }

    /**
     * What to rewind.
     *
     * @param rewinding the name meanwhile, in the same file system
     * @param conf node-local settings; a file for the recovery is put there
     * @param fork where the new primary's timeline leaves the old one
     * @param log what pg_rewind prints; one file per move, since a resumed rewind reads it
     */
    public record Spec(Path dataDir, Path rewinding, Path conf, StandbySetup.Upstream upstream, Lsn fork, Path log) {}

    /**
     * Rewinds, prepares as a standby, and gives back the name. May be repeated, except after an end in the middle of the copy.
     *
     * @throws DroverException VERIFICATION_FAILED when pg_rewind sees another divergence than the fork, POSTGRES_FAILED with
     *     its last lines otherwise
     */
    public void run(Spec spec, Duration limit) {
        if (!Files.exists(spec.rewinding()) || DirectoryMove.isMovingAway(spec.rewinding())) {
            if (StandbySetup.isStandby(spec.dataDir()) && printed(spec).contains(DONE)) {
                return;
            }
            DurableFiles.delete(spec.log());
            FaultPoints.around(PLACE, "rename", () -> DirectoryMove.move(spec.dataDir(), spec.rewinding()));
        }
        if (!printed(spec).contains(DONE)) {
            if (printed(spec).contains(COPYING)) {
                throw new DroverException(
                        ErrorCode.POSTGRES_FAILED,
                        "an earlier pg_rewind of " + spec.rewinding() + " ended in the middle of its copy",
                        FRESH_COPY);
            }
            FaultPoints.around(PLACE, "pg_rewind", () -> rewind(spec, limit));
        }
        DurableFiles.delete(spec.rewinding().resolve("postmaster.pid"));
        FaultPoints.around(PLACE, "settings", () -> StandbySetup.prepare(spec.rewinding(), spec.upstream()));
        FaultPoints.around(PLACE, "rename-back", () -> StandbySetup.install(spec.rewinding(), spec.dataDir()));
    }

    /** The way without a rewind, when nothing lies past the fork. May be repeated. */
    public void attachOnly(Spec spec) {
        StandbySetup.prepare(spec.dataDir(), spec.upstream());
    }

    /** Bytes and phase are only in what pg_rewind prints. */
    private String printed(Spec spec) {
        return Files.exists(spec.log()) ? DurableFiles.read(spec.log()) : "";
    }

    private void rewind(Spec spec, Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        Path settings = spec.conf().resolve("rewind.conf");
        ControlData control = ControlData.read(binaries, spec.rewinding());
        DurableFiles.replace(settings, recoverySettings(control));
        if (!control.cleanlyStopped()) {
            // pg_rewind would do the same, but refuses a dry run before it
            Commands.run(
                    List.of(
                            binaries.tool("postgres"),
                            "--single",
                            "-D",
                            spec.rewinding().toString(),
                            "-c",
                            "config_file=" + settings,
                            "template1"),
                    waiting.left());
        }
        Commands.Result trial = Commands.run(
                arguments(spec, settings, true),
                Map.of("PGPASSFILE", spec.upstream().passFile().toString()),
                waiting.left());
        checkDivergence(spec, trial.stdout() + trial.stderr());
        ProcessBuilder builder = Commands.builder(
                arguments(spec, settings, false),
                Map.of("PGPASSFILE", spec.upstream().passFile().toString()));
        builder.redirectErrorStream(true).redirectOutput(spec.log().toFile());
        Commands.Result result = Commands.attempt(builder, waiting.left());
        if (result.exitCode() != 0) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED,
                    "pg_rewind of " + spec.rewinding() + " failed: " + Commands.lastLines(printed(spec)),
                    FRESH_COPY);
        }
        LOG.info("rewound {} to {}", spec.rewinding(), spec.fork());
    }

    private List<String> arguments(Spec spec, Path settings, boolean dryRun) {
        Map<String, String> values = new HashMap<>(spec.upstream().tls().keywords());
        values.put("host", spec.upstream().host());
        values.put("port", Integer.toString(spec.upstream().port()));
        values.put("user", RoleSetup.REWIND);
        values.put("dbname", LocalServer.MAINTENANCE_DATABASE);
        values.put("passfile", spec.upstream().passFile().toString());
        values.put("connect_timeout", "10");
        String source = ConnectionString.of(values);
        List<String> argv = List.of(
                binaries.tool("pg_rewind"),
                "--target-pgdata=" + spec.rewinding(),
                "--source-server=" + source,
                "--config-file=" + settings,
                "--progress");
        return dryRun ? Stream.concat(argv.stream(), Stream.of("--dry-run")).toList() : argv;
    }

    private static void checkDivergence(Spec spec, String printed) {
        Matcher matcher = DIVERGED.matcher(printed);
        if (!matcher.find()) {
            throw new DroverException(
                    ErrorCode.VERIFICATION_FAILED,
                    "pg_rewind sees no divergence although WAL lies past the fork " + spec.fork() + ": "
                            + Commands.lastLines(printed),
                    "make a checkpoint on the new primary and try again");
        }
        Lsn diverged = Lsn.parse(matcher.group(1));
        if (!diverged.equals(spec.fork())) {
            throw new DroverException(
                    ErrorCode.VERIFICATION_FAILED,
                    "pg_rewind sees the divergence at " + diverged + " and the fork is at " + spec.fork());
        }
    }

    static String recoverySettings(ControlData control) {
        StringBuilder lines = new StringBuilder("# Written by Drover for the recovery before a rewind\n");
        RECOVERY_SETTINGS.forEach(
                (label, name) -> control.value(label).ifPresent(value -> lines.append(AutoConf.line(name, value))));
        return lines
                + AutoConf.line("listen_addresses", "")
                + AutoConf.line("archive_mode", "off")
                + AutoConf.line("wal_keep_size", RewindReserve.EVERYTHING);
    }
}
