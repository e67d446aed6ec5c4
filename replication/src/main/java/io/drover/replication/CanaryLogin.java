/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Login of drover_canary, for queries that people have written: a session of its own, of a role that can read and nothing else. In a
 * session that began as the superuser's, with rights put off, such a query could put them on again ({@code set_config}, or any function
 * that it calls); here there are none to put on.
 */
final class CanaryLogin {
    /** Class 28 of PostgreSQL's error codes: invalid authorization. */
    private static final String NO_LOGIN = "28";

    private static final String WRONG_PASSWORD = "28P01";
    /** A standby has the role when it has replayed its making. */
    private static final Duration REPLAY = Duration.ofSeconds(5);

    private static final Duration POLL = Duration.ofMillis(200);

    private static final Logger LOG = LoggerFactory.getLogger(CanaryLogin.class);

    private final Connection superuser;
    private final LocalServer server;
    private final RoleSetup.Passwords passwords;

    /**
     * For one server.
     *
     * @param superuser a session of the superuser's on it
     */
    CanaryLogin(Connection superuser, LocalServer server, RoleSetup.Passwords passwords) {
        this.superuser = superuser;
        this.server = server;
        this.passwords = passwords;
    }

    /**
     * A session in the database of {@link #superuser}. On a primary the role is made when an older version has not.
     *
     * @param limit for an answer in it
     * @throws DroverException STATE_CONFLICT when the role may not log in, or has more rights than it should
     */
    Connection open(Duration limit) {
        String database = Sql.text(superuser, "SELECT current_database()");
        boolean primary = !ServerState.read(superuser).inRecovery();
        if (primary && !isRight()) {
            ensure();
        }
        refusePowers();
        Waiting waiting = Waiting.upTo(limit.compareTo(REPLAY) < 0 ? limit : REPLAY);
        while (true) {
            try {
                return server.connect(database, RoleSetup.CANARY, passwords.canary(), limit);
            } catch (DroverException e) {
                String state = sqlState(e);
                if (!state.startsWith(NO_LOGIN)) {
                    throw e;
                }
                if (!state.equals(WRONG_PASSWORD) || waiting.isOver()) {
                    throw refused(database, e);
                }
                LOG.debug("drover_canary cannot log in yet", e);
            }
            if (primary) {
                // the password that it comes from was changed
                ensure();
            }
            waiting.pause(POLL);
        }
    }

    private boolean isRight() {
        return Sql.first(
                        superuser,
                        "SELECT rolcanlogin AND rolinherit AND NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication"
                                + " OR rolbypassrls) AND NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = ?"
                                + " AND NOT pg_has_role(me.oid, oid, 'USAGE')) FROM pg_roles me WHERE rolname = ?",
                        row -> row.getBoolean(1),
                        RoleRights.READER,
                        RoleSetup.CANARY)
                .orElse(false);
    }

    private void ensure() {
        // of no row of a client's: it must not wait for a standby that is away, as commits of a synchronous shard do
        Sql.execute(superuser, "SET synchronous_commit = local");
        RoleSetup.ensureCanary(superuser, passwords);
    }

    /** What has been granted to the role meanwhile, by hand: queries of other people would run with it. */
    private void refusePowers() {
        List<String> powers = RoleRights.powers(superuser, RoleSetup.CANARY);
        if (!powers.isEmpty()) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "no canary query was run: " + RoleSetup.CANARY + " " + String.join("; ", powers),
                    "take that away from it: whoever may start a move runs queries with its rights");
        }
    }

    private static String sqlState(DroverException failure) {
        return failure.getCause() instanceof SQLException cause && cause.getSQLState() != null
                ? cause.getSQLState()
                : "";
    }

    private static DroverException refused(String database, DroverException failure) {
        return new DroverException(
                ErrorCode.STATE_CONFLICT,
                "no canary query was run: " + failure.getMessage(),
                "let the role in over the Unix socket: in pg_hba.conf, in front of other lines with local, add 'local "
                        + Quoting.identifier(database) + " " + RoleSetup.CANARY + " scram-sha-256', then reload",
                failure);
    }
}
