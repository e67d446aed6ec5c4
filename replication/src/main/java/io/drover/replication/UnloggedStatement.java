/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.Map;

/** A statement with a secret in it, which PostgreSQL is kept from writing down: not into its log, nor into what extensions keep. */
final class UnloggedStatement {
    /** Whatever has a statement's text written, and what it is then. Those of extensions may be set where the extension is not there. */
    private static final Map<String, String> QUIET = quiet();

    private UnloggedStatement() {}

    private static Map<String, String> quiet() {
        Map<String, String> quiet = new LinkedHashMap<>();
        quiet.put("log_statement", "none");
        quiet.put("log_min_duration_statement", "-1");
        quiet.put("log_min_duration_sample", "-1");
        quiet.put("log_transaction_sample_rate", "0");
        quiet.put("log_min_error_statement", "panic");
        quiet.put("pg_stat_statements.track_utility", "off");
        quiet.put("pgaudit.log", "none");
        return quiet;
    }

    /** Carries it out on a superuser's connection, whose settings are its defaults again afterwards; where it fails the session stays quiet. */
    static void execute(Connection connection, String statement) {
        QUIET.forEach((setting, value) -> Sql.execute(connection, "SET " + setting + " = '" + value + "'"));
        Sql.execute(connection, statement);
        QUIET.keySet().forEach(setting -> Sql.execute(connection, "RESET " + setting));
    }
}
