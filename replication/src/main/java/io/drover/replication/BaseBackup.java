package io.drover.replication;

import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A running or finished pg_basebackup. */
public final class BaseBackup {
    private BaseBackup() {}
    /** What to copy and how. maxRateBytes is bytes per second. */
    public record Spec(String host, int port, Path passFile, String slot, OptionalLong maxRateBytes, boolean fastCheckpoint, Path staging, Path log) {}
    public static BaseBackup start(PostgresBinaries binaries, Spec spec) { throw new UnsupportedOperationException(); }
    /** The child, to be recorded before anything else. */
    public Postmaster.Running process() { throw new UnsupportedOperationException(); }
    public boolean running() { throw new UnsupportedOperationException(); }
    /** Absent while it runs. */
    public OptionalInt exitCode() { throw new UnsupportedOperationException(); }
    /** Last lines of what it printed. */
    public String lastOutput() { throw new UnsupportedOperationException(); }
    public long bytesOnDisk() { throw new UnsupportedOperationException(); }
    public void cancel(Duration limit) { throw new UnsupportedOperationException(); }
    /** Waits for the end; COPY_FAILED when it failed or nothing arrived for the given time. */
    public void await(Duration noProgressLimit) { throw new UnsupportedOperationException(); }
    /** Ends a pg_basebackup that an earlier agent started; nothing when the process is another one. */
    public static void endOrphan(Postmaster.Running process, Duration limit) { throw new UnsupportedOperationException(); }
    /** pg_verifybackup. */
    public static void verify(PostgresBinaries binaries, Path staging, Duration limit) { throw new UnsupportedOperationException(); }
    /** Removes a staging directory and tablespaces never: refuses any name but data.staging-*. */
    public static void discard(Path staging) { throw new UnsupportedOperationException(); }
}
