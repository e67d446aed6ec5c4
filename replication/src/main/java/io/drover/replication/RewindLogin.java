package io.drover.replication;

import java.sql.Connection;

/** Login of drover_rewind on the new primary. */
public final class RewindLogin {
    private RewindLogin() {}
    /** Allows or forbids the login; the connection is a superuser's, to the maintenance database. */
    public static void set(Connection connection, boolean allowed, String password) { throw new UnsupportedOperationException(); }
}
