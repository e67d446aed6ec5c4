package io.drover.replication;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.Map;

/** The roles drover, drover_repl and drover_rewind. */
public final class RoleSetup {
    public static final String CONTROLLER = "drover";
    public static final String REPLICATION = "drover_repl";
    public static final String REWIND = "drover_rewind";
    private RoleSetup() {}
    /** Passwords; never shown. */
    public record Passwords(String drover, String replication, String rewind) {
        /** Reads the first line of each file. */
        public static Passwords fromFiles(Path drover, Path replication, Path rewind) { throw new UnsupportedOperationException(); }
        @Override public String toString() { return "Passwords[***]"; }
    }
    /** Creates what is missing and sets the passwords; the connection is to the maintenance database. */
    public static void ensure(Connection connection, Passwords passwords) { throw new UnsupportedOperationException(); }
    /** What the roles that exist lack, by role; empty text when right. Roles that do not exist are absent. */
    public static Map<String, String> check(Connection connection) { throw new UnsupportedOperationException(); }
}
