package io.drover.replication;

import io.drover.api.agent.Facts;
import java.nio.file.Path;
import java.util.List;

/** Reads what the preflight wants to know. */
public final class FactsReader {
    public FactsReader(PostgresBinaries binaries, LocalServer server, Path dataDir) {}
    /** leftovers as the agent knows them are added to those found. */
    public Facts.InstanceFacts read(List<String> leftovers) { throw new UnsupportedOperationException(); }
}
