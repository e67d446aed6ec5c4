package io.drover.replication;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** postgresql.auto.conf of a stopped server. */
public final class AutoConf {
    private AutoConf() {}
    public static AutoConf read(Path dataDir) { throw new UnsupportedOperationException(); }
    public Optional<String> get(String name) { throw new UnsupportedOperationException(); }
    public AutoConf set(ManagedSetting setting, String value) { throw new UnsupportedOperationException(); }
    public AutoConf remove(ManagedSetting setting) { throw new UnsupportedOperationException(); }
    /** Names that are set. */
    public Set<String> names() { throw new UnsupportedOperationException(); }
    /** Replaces the file atomically, fsync included. */
    public void write(Path dataDir) { throw new UnsupportedOperationException(); }
}
