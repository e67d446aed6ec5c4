package io.drover.replication;

import java.nio.file.Path;

/** Makes a stopped data directory that of a standby. */
public final class StandbySetup {
    private StandbySetup() {}
    /** Whom to follow. */
    public record Upstream(String host, int port, Path passFile, String applicationName, String slot) {}
    /** Scrubs postgresql.auto.conf, writes standby.signal and the connection, fsyncs; may be repeated. */
    public static void prepare(Path dataDir, Upstream upstream) { throw new UnsupportedOperationException(); }
    /** Renames a prepared directory to its final name; may be repeated. */
    public static void install(Path from, Path dataDir) { throw new UnsupportedOperationException(); }
}
