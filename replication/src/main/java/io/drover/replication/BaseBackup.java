/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pg_basebackup that runs as a child: WAL is streamed beside it through the move's slot, every file gets a checksum in the
 * manifest. The child outlives a killed agent; the next agent ends it by its recorded process.
 */
public final class BaseBackup implements ServerFiles.RunningCopy {
    private static final Logger LOG = LoggerFactory.getLogger(BaseBackup.class);
    private static final Pattern STAGING = Pattern.compile(".+\\.staging-[^.]+");
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration PROGRESS_POLL = Duration.ofMillis(200);
    private static final double PROGRESS_CHECK_MILLIS = 2000;
    private static final long KIB = 1024;

    private final Process child;
    private final Postmaster.Running process;
    private final Spec spec;

    private BaseBackup(Process child, Spec spec) {
        this.child = child;
        this.spec = spec;
        int pid = (int) child.pid();
        this.process = new Postmaster.Running(pid, ProcessTable.startTicks(pid));
    }

    /**
     * What to copy and how.
     *
     * @param passFile with drover_repl's password
     * @param slot physical slot on the source
     * @param tls of the node that copies
     * @param maxRateBytes bytes per second; pg_basebackup takes 32 KiB to 1 GiB and refuses any other
     * @param fastCheckpoint whether the source's checkpoint is made at once; a spread one may take minutes (hazard H92)
     * @param staging an absent or empty directory
     * @param log what the program prints
     */
    public record Spec(
            String host,
            int port,
            Path passFile,
            String slot,
            ServerTls tls,
            OptionalLong maxRateBytes,
            boolean fastCheckpoint,
            Path staging,
            Path log) {}

    /** Starts to copy. */
    public static BaseBackup start(PostgresBinaries binaries, Spec spec) {
        Map<String, String> environment = new HashMap<>(spec.tls().environment());
        environment.put("PGPASSFILE", spec.passFile().toString());
        environment.put("PGAPPNAME", Connections.APPLICATION_NAME);
        environment.put("PGCONNECT_TIMEOUT", "10");
        ProcessBuilder builder = Commands.builder(arguments(binaries, spec), environment);
        builder.redirectErrorStream(true).redirectOutput(spec.log().toFile());
        LOG.info("copying from {}:{} to {}", spec.host(), spec.port(), spec.staging());
        return new BaseBackup(Commands.start(builder), spec);
    }

    /** The child, to be recorded before anything else. */
    public Postmaster.Running process() {
        return process;
    }

    /** Whether it still copies. */
    public boolean running() {
        return child.isAlive();
    }

    /** Absent while it runs. */
    public OptionalInt exitCode() {
        return child.isAlive() ? OptionalInt.empty() : OptionalInt.of(child.exitValue());
    }

    /** Last lines of what it printed. */
    public String lastOutput() {
        return Files.exists(spec.log()) ? Commands.lastLines(DurableFiles.read(spec.log())) : "";
    }

    /** Bytes that have arrived. */
    @Override
    public long bytesOnDisk() {
        return DurableFiles.size(spec.staging());
    }

    /** Ends it; the staging directory stays. */
    @Override
    public void cancel(Duration limit) {
        endOrphan(process, limit);
    }

    /**
     * Waits for the end.
     *
     * @param noProgressLimit how long nothing may arrive; the source's checkpoint counts into it
     * @throws DroverException COPY_FAILED with what the program printed
     */
    @Override
    public void await(Duration noProgressLimit) {
        long seen = -1;
        Waiting quiet = Waiting.upTo(noProgressLimit);
        Waiting sinceCheck = Waiting.upTo(noProgressLimit);
        while (running()) {
            if (sinceCheck.millis() > PROGRESS_CHECK_MILLIS) {
                long now = bytesOnDisk();
                quiet = now == seen ? quiet : Waiting.upTo(noProgressLimit);
                seen = now;
                sinceCheck = Waiting.upTo(noProgressLimit);
            }
            if (quiet.isOver()) {
                cancel(Duration.ofSeconds(5));
                throw new DroverException(
                        ErrorCode.COPY_FAILED,
                        "the base backup was ended, because nothing arrived for " + noProgressLimit.toSeconds() + " s: "
                                + lastOutput(),
                        "look at the source's load, its network and, with a spread checkpoint, at its checkpoint_timeout");
            }
            quiet.pause(PROGRESS_POLL);
        }
        if (child.exitValue() != 0) {
            throw new DroverException(
                    ErrorCode.COPY_FAILED,
                    "pg_basebackup failed with exit status " + child.exitValue() + ": " + lastOutput());
        }
    }

    /** Ends a pg_basebackup, also one that an earlier agent started; does nothing when that very process is gone. */
    public static void endOrphan(Postmaster.Running process, Duration limit) {
        if (!process.alive()) {
            return;
        }
        Signals.TERM.send(process.pid());
        if (!Waiting.until(limit, POLL, () -> !process.alive())) {
            Signals.KILL.send(process.pid());
            Waiting.until(limit, POLL, () -> !process.alive());
        }
    }

    /**
     * Proves every file against the manifest (PostgreSQL documentation, pg_verifybackup). Before anything in it is changed.
     *
     * @throws DroverException VERIFICATION_FAILED with what differs
     */
    public static void verify(PostgresBinaries binaries, Path staging, Duration limit) {
        Commands.Result result = Commands.attempt(
                List.of(binaries.tool("pg_verifybackup"), "--quiet", staging.toString()), Map.of(), limit);
        if (result.exitCode() != 0) {
            throw new DroverException(
                    ErrorCode.VERIFICATION_FAILED,
                    "the copy in " + staging + " does not match its manifest: " + Commands.lastLines(result.stderr()),
                    "discard it and copy again; look at the target's disk");
        }
    }

    /** Removes a staging directory; refuses any other name. The one of an adopted instance need not be called data. */
    public static void discard(Path staging) {
        Path name = staging.getFileName();
        if (name == null || !STAGING.matcher(name.toString()).matches()) {
            throw new DroverException(
                    ErrorCode.IDENTITY_MISMATCH, staging + " is no staging directory and is not removed");
        }
        DurableFiles.deleteTree(staging);
    }

    private static List<String> arguments(PostgresBinaries binaries, Spec spec) {
        List<String> argv = new ArrayList<>(List.of(
                binaries.tool("pg_basebackup"),
                "--host=" + spec.host(),
                "--port=" + spec.port(),
                "--username=" + RoleSetup.REPLICATION,
                "--no-password",
                "--pgdata=" + spec.staging(),
                "--format=plain",
                "--wal-method=stream",
                "--slot=" + spec.slot(),
                "--checkpoint=" + (spec.fastCheckpoint() ? "fast" : "spread"),
                "--manifest-checksums=CRC32C",
                "--label=drover " + spec.slot(),
                "--progress"));
        spec.maxRateBytes().ifPresent(rate -> argv.add("--max-rate=" + rate / KIB));
        return argv;
    }
}
