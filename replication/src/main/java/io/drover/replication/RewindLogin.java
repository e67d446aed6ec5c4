/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.sql.Connection;

/** Login of drover_rewind, which exists only while a rewind runs. */
public final class RewindLogin {
    private RewindLogin() {}

    /** Whether it is allowed. */
    public static boolean isAllowed(Connection connection) {
        return Sql.truth(
                connection,
                "SELECT coalesce((SELECT rolcanlogin FROM pg_roles WHERE rolname = ?), false)",
                RoleSetup.REWIND);
    }

    /**
     * Allows or forbids the login.
     *
     * @param connection a superuser's, on the new primary
     */
    public static void set(Connection connection, boolean allowed, String password) {
        // of no row of a client's: it must not wait for a standby that is away, as commits of a synchronous shard do
        Sql.execute(connection, "SET synchronous_commit = local");
        Sql.execute(
                connection,
                allowed
                        ? "ALTER ROLE " + RoleSetup.REWIND + " LOGIN PASSWORD "
                                + Quoting.literal(RoleSetup.verifier(RoleSetup.REWIND, password))
                        : "ALTER ROLE " + RoleSetup.REWIND + " NOLOGIN");
    }
}
