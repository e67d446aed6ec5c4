/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.postgresql.util.PasswordUtil;

/**
 * The roles that Drover uses beside the superuser of the local socket (hazard H90): {@code drover} asks for positions and
 * views and changes nothing; {@code drover_repl} copies and streams; {@code drover_rewind} may call the functions that
 * pg_rewind needs and may log in only while one runs; {@code drover_canary} reads, for queries that people have written.
 */
public final class RoleSetup {
    /** The controller's role. */
    public static final String CONTROLLER = "drover";

    /** Role of copies and of primary_conninfo. */
    public static final String REPLICATION = "drover_repl";

    /** Role of pg_rewind. */
    public static final String REWIND = "drover_rewind";

    /** Role of canary queries. */
    public static final String CANARY = "drover_canary";

    /** PostgreSQL documentation, pg_rewind, Notes. */
    static final List<String> REWIND_FUNCTIONS = List.of(
            "pg_catalog.pg_ls_dir(text, boolean, boolean)",
            "pg_catalog.pg_stat_file(text, boolean)",
            "pg_catalog.pg_read_binary_file(text)",
            "pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean)");

    private static final String MAC = "HmacSHA256";

    private RoleSetup() {}

    /** Passwords of the roles; never shown. */
    public record Passwords(String drover, String replication, String rewind) {
        /**
         * Reads the first line of each file.
         *
         * @throws DroverException INVALID_VALUE when a file is empty, cannot be read, or others may read it
         */
        public static Passwords fromFiles(Path drover, Path replication, Path rewind) {
            return new Passwords(firstLine(drover), firstLine(replication), firstLine(rewind));
        }

        private static String firstLine(Path file) {
            try {
                PrivateFile.require(file);
            } catch (IOException | IllegalArgumentException e) {
                throw new DroverException(
                        ErrorCode.INVALID_VALUE,
                        "the password file " + file + " cannot be used: "
                                + (e instanceof IOException ? e.toString() : e.getMessage()),
                        "give it to this agent's user alone",
                        e);
            }
            String line = DurableFiles.read(file).lines().findFirst().orElse("");
            if (line.isBlank()) {
                throw new DroverException(ErrorCode.INVALID_VALUE, "the password file " + file + " is empty");
            }
            return line;
        }

        /** Of drover_canary: the agents of both nodes know it, and no further file has to be there. */
        public String canary() {
            try {
                Mac mac = Mac.getInstance(MAC);
                mac.init(new SecretKeySpec(rewind.getBytes(StandardCharsets.UTF_8), MAC));
                return HexFormat.of().formatHex(mac.doFinal(CANARY.getBytes(StandardCharsets.UTF_8)));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("BUG: every Java has " + MAC, e);
            }
        }

        @Override
        public String toString() {
            return "Passwords[hidden]";
        }
    }

    /**
     * Creates what is missing and sets rights and passwords; may be repeated.
     *
     * @param connection a superuser's, to {@link LocalServer#MAINTENANCE_DATABASE}, since rights on functions are a database's
     */
    public static void ensure(Connection connection, Passwords passwords) {
        role(connection, CONTROLLER, "LOGIN NOREPLICATION", passwords.drover());
        Sql.execute(connection, "GRANT pg_monitor TO " + CONTROLLER);
        role(connection, REPLICATION, "LOGIN REPLICATION", passwords.replication());
        role(connection, REWIND, "NOLOGIN NOREPLICATION", passwords.rewind());
        for (String function : REWIND_FUNCTIONS) {
            Sql.execute(connection, "GRANT EXECUTE ON FUNCTION " + function + " TO " + REWIND);
        }
        ensureCanary(connection, passwords);
    }

    /** The same of the role of canary queries. */
    static void ensureCanary(Connection connection, Passwords passwords) {
        role(connection, CANARY, "LOGIN INHERIT NOREPLICATION", passwords.canary());
        if (Sql.first(connection, "SELECT 1 FROM pg_roles WHERE rolname = ?", row -> 1, RoleRights.READER)
                .isPresent()) {
            Sql.execute(connection, "GRANT " + RoleRights.READER + " TO " + CANARY);
        }
    }

    /** What the roles that exist lack, by role; empty text when right. Roles that do not exist are absent. */
    public static Map<String, String> check(Connection connection) {
        Map<String, String> found = new LinkedHashMap<>();
        lacks(
                connection,
                CONTROLLER,
                "rolcanlogin AND pg_has_role(rolname, 'pg_monitor', 'USAGE')",
                "LOGIN and pg_monitor",
                found);
        lacks(connection, REPLICATION, "rolcanlogin AND rolreplication", "LOGIN and REPLICATION", found);
        List<String> rights = new ArrayList<>();
        for (String function : REWIND_FUNCTIONS) {
            rights.add("has_function_privilege(rolname, " + Quoting.literal(function) + ", 'EXECUTE')");
        }
        lacks(connection, REWIND, String.join(" AND ", rights), "EXECUTE on the functions that pg_rewind calls", found);
        return found;
    }

    /** A verifier goes to the server, so that the password itself can never be logged. */
    static String verifier(String user, String password) {
        try {
            return PasswordUtil.encodePassword(user, password.toCharArray(), "scram-sha-256");
        } catch (SQLException e) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE, "the password of " + user + " cannot be encoded", null, e);
        }
    }

    private static void role(Connection connection, String role, String attributes, String password) {
        if (Sql.first(connection, "SELECT 1 FROM pg_roles WHERE rolname = ?", row -> 1, role)
                .isEmpty()) {
            Sql.execute(connection, "CREATE ROLE " + role);
        }
        Sql.execute(
                connection,
                "ALTER ROLE " + role + " NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS " + attributes + " PASSWORD "
                        + Quoting.literal(verifier(role, password)));
    }

    private static void lacks(
            Connection connection, String role, String condition, String wanted, Map<String, String> found) {
        Sql.first(
                        connection,
                        "SELECT " + condition + " FROM pg_roles WHERE rolname = ?",
                        row -> row.getBoolean(1),
                        role)
                .ifPresent(right -> found.put(role, right ? "" : "lacks " + wanted));
    }
}
