package io.drover.replication;

import io.drover.api.Lsn;
import java.nio.file.Path;
import java.time.Duration;

/** Makes a diverged old primary a standby again. */
public final class Rewind {
    public Rewind(PostgresBinaries binaries) {}
    public record Spec(Path dataDir, Path rewinding, Path conf, StandbySetup.Upstream upstream, Lsn fork, Path log) {}
    /** Takes a stopped directory through the rewind under a name that nothing starts, and back; may be repeated. */
    public void run(Spec spec, Duration limit) { throw new UnsupportedOperationException(); }
    /** The way without a rewind, when nothing lies past the fork. */
    public void attachOnly(Spec spec) { throw new UnsupportedOperationException(); }
}
