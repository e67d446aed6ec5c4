package io.drover.replication;

import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Settings of a running server. */
public final class ServerSettings {
    public ServerSettings(Connection connection) {}
    /** What postgresql.auto.conf says. */
    public Optional<String> autoConfValue(ManagedSetting setting) { throw new UnsupportedOperationException(); }
    /** The value in force in this session. */
    public String current(ManagedSetting setting) { throw new UnsupportedOperationException(); }
    /** ALTER SYSTEM SET; not loaded yet. */
    public void set(ManagedSetting setting, String value) { throw new UnsupportedOperationException(); }
    /** ALTER SYSTEM RESET; not loaded yet. */
    public void reset(ManagedSetting setting) { throw new UnsupportedOperationException(); }
    /** Puts back what autoConfValue said; not loaded yet. */
    public void restore(ManagedSetting setting, Optional<String> autoConfValue) { throw new UnsupportedOperationException(); }
    /** pg_reload_conf; fails when a settings file has an error. */
    public void reload() { throw new UnsupportedOperationException(); }
    /** Proves in new connections that the value is in force. */
    public static void awaitVisible(Supplier<Connection> connect, ManagedSetting setting, String value, Duration limit) { throw new UnsupportedOperationException(); }
}
