package io.drover.replication;

import java.nio.file.Path;
import java.util.List;

/** Settings of a stopped server. */
public final class StoppedSettings {
    private StoppedSettings() {}
    /** postgres -C with the arguments that the server is started with, program name first. */
    public static String value(PostgresBinaries binaries, Path dataDir, List<String> serverArgv, String name) { throw new UnsupportedOperationException(); }
}
