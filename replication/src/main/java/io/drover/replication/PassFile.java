package io.drover.replication;

import java.nio.file.Path;

/** A libpq password file (PostgreSQL documentation, The Password File). */
public final class PassFile {
    private PassFile() {}
    /** Writes the passwords of drover_repl and drover_rewind for every host, readable by the owner only. */
    public static void write(Path file, RoleSetup.Passwords passwords) { throw new UnsupportedOperationException(); }
}
