package io.drover.replication;

import io.drover.api.agent.Reports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The postmaster of a data directory. */
public final class Postmaster {
    public Postmaster(PostgresBinaries binaries, Path dataDir) {}
    /** A live postmaster. */
    public record Running(int pid, long startTicks) {}
    /** The live postmaster, not fooled by a stale postmaster.pid, another process with its pid, or a zombie. */
    public Optional<Running> find() { throw new UnsupportedOperationException(); }
    /** Starts with a settings file outside the data directory; returns when connections are accepted. */
    public Running start(Path configFile, Path logFile, Duration limit) { throw new UnsupportedOperationException(); }
    /** Starts with the argument vector of an earlier start, program name first. */
    public Running startAs(List<String> argv, Path logFile, Duration limit) { throw new UnsupportedOperationException(); }
    /** Stops, also a frozen postmaster, and proves it; does nothing when it is stopped already. */
    public ControlData stop(Reports.StopMode mode, Duration limit) { throw new UnsupportedOperationException(); }
    /** Whether no process works in the data directory. */
    public boolean stopped() { throw new UnsupportedOperationException(); }
    /** The argument vector of the running postmaster. */
    public List<String> argv() { throw new UnsupportedOperationException(); }
}
