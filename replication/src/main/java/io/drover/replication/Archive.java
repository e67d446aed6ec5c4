package io.drover.replication;

import io.drover.api.Lsn;
import io.drover.api.agent.Reports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Archiving on a stopped server. */
public final class Archive {
    public Archive(PostgresBinaries binaries, Path dataDir) {}
    /** Archives every segment of the timeline that ends at or before the fork; serverArgv as the server is started. */
    public Reports.ArchiveReport upTo(int timeline, Lsn fork, List<String> serverArgv, Duration limitPerFile) { throw new UnsupportedOperationException(); }
}
