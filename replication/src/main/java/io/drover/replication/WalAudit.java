package io.drover.replication;

import io.drover.api.Lsn;
import io.drover.api.agent.Reports;
import java.nio.file.Path;
import java.time.Duration;

/** Reads WAL of a stopped server. */
public final class WalAudit {
    public WalAudit(PostgresBinaries binaries, Path dataDir) {}
    /** What lies at or past the fork. */
    public Reports.AuditReport audit(int timeline, Lsn fork, Duration limit) { throw new UnsupportedOperationException(); }
    /** The records at or past the position; none is what strict mode wants. */
    public Reports.TailReport tail(int timeline, Lsn lsn, Duration limit) { throw new UnsupportedOperationException(); }
}
