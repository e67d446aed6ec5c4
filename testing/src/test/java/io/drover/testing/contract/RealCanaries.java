/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.replication.Connections;
import io.drover.replication.PostgresSession;
import io.drover.testing.contract.ThreeNodes.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Canary queries that want more than to read: whoever may start a move must not become PostgreSQL's superuser by it. */
abstract class RealCanaries extends PostgresSteps {
    private static final String SUPERUSER = "'" + Connections.osUser() + "'";

    /** What a superuser would get an answer to, or change. */
    private static final List<String> REACHES = List.of(
            "select set_config('role', " + SUPERUSER + ", false), (select count(*) from pg_authid)",
            "select set_config('session_authorization', " + SUPERUSER + ", false)",
            "with risen as (select set_config('role', 'none', false) as a) select a, pg_read_file('PG_VERSION') from risen",
            "select rise()",
            "select set_config('transaction_read_only', 'off', true), write_down()",
            "select write_down()",
            "select pg_read_file('PG_VERSION')",
            "select pg_ls_dir('.')",
            "select pg_reload_conf()",
            "select pg_switch_wal()",
            "select pg_promote()",
            "select lo_import('/etc/passwd')",
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = " + SUPERUSER,
            "select query_to_xml('set role " + Connections.osUser() + "', true, true, '')",
            "table operations for update");

    @Override
    abstract RealNodes open();

    private void set(String sql) {
        ((RealNodes) nodes).tell(Side.ONE, sql);
    }

    private String ask(String sql) {
        try (Connection session = ((RealNodes) nodes).connect(Side.ONE);
                Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> canaries(Side side, String... queries) {
        try (PostgresSession session = server(side).connect("app")) {
            return session.runCanaries(List.of(queries), LIMIT);
        }
    }

    @Test
    final void whatOnlyASuperuserMayIsRefused() {
        // functions of the application, which mean no harm or do; everybody may call them
        set("CREATE TABLE notes (line text)");
        set("CREATE FUNCTION rise() RETURNS text LANGUAGE plpgsql AS $$ BEGIN"
                + " PERFORM set_config('role', " + SUPERUSER + ", false); EXECUTE 'RESET SESSION AUTHORIZATION';"
                + " RETURN (SELECT rolpassword FROM pg_authid LIMIT 1); END $$");
        set(
                "CREATE FUNCTION write_down() RETURNS int LANGUAGE sql AS $$ INSERT INTO notes VALUES ('a') RETURNING 1 $$");

        for (String query : REACHES) {
            assertThatExceptionOfType(DroverException.class)
                    .as(query)
                    .isThrownBy(() -> canaries(Side.ONE, query))
                    .satisfies(e -> assertThat(e.code()).as(query).isEqualTo(ErrorCode.POSTGRES_FAILED));
        }

        assertThat(ask("SELECT count(*) FROM notes")).isEqualTo("0");
        assertThat(ask("SELECT pg_is_in_recovery()")).isEqualTo("f");
    }

    @Test
    final void noRowIsToldInTheWordsOfAFailure() {
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> canaries(Side.ONE, "select rolpassword::int from pg_authid where rolname = 'drover'"))
                .withMessageContaining("SQLSTATE 22P02")
                .satisfies(e ->
                        assertThat(e.getMessage() + e.hint() + e.getCause()).doesNotContain("SCRAM"));
    }

    @Test
    final void bothSidesReadTheSameAsARoleOfTheirOwn() {
        commit(Side.ONE, "a");
        makeStandby();
        replayEverything();

        String[] queries = {"select * from operations", "values (1), (2)", "select session_user, current_user"};
        assertThat(canaries(Side.ONE, queries)).hasSize(queries.length).isEqualTo(canaries(Side.OTHER, queries));
        assertThat(canaries(Side.ONE, "select session_user::text"))
                .isEqualTo(canaries(Side.ONE, "select 'drover_canary'::text"));
        assertThat(canaries(Side.ONE, "select current_setting('is_superuser')"))
                .isEqualTo(canaries(Side.ONE, "select 'off'"));
        assertThat(canaries(Side.ONE)).as("only the login").isEmpty();
    }

    @Test
    final void theRoleIsMadeWhereAnOlderVersionHasNot() {
        set("DROP ROLE drover_canary");
        makeStandby();

        assertThat(canaries(Side.ONE, "table operations")).isEqualTo(canaries(Side.OTHER, "table operations"));
        set("ALTER ROLE drover_canary PASSWORD 'another' SUPERUSER");
        List<String> source = canaries(Side.ONE, "table operations");
        replayEverything();
        assertThat(canaries(Side.OTHER, "table operations")).isEqualTo(source);
        assertThat(ask("SELECT rolsuper FROM pg_roles WHERE rolname = 'drover_canary'"))
                .isEqualTo("f");
    }

    @Test
    final void aRoleThatWasGivenMoreRunsNothing() {
        set("GRANT pg_execute_server_program TO drover_canary");

        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> canaries(Side.ONE, "select 1"))
                .withMessageContaining("is a member of pg_execute_server_program");
    }

    @Test
    final void aServerThatDoesNotLetTheRoleInSaysWhichLineIsMissing() {
        Path rules = nodes.place(Side.ONE).layout().hbaFile();
        try {
            Files.writeString(rules, "local all all peer\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        set("SELECT pg_reload_conf()");

        awaitFact(() -> {
            try {
                return canaries(Side.ONE, "select 1").isEmpty();
            } catch (DroverException e) {
                return e.code() == ErrorCode.STATE_CONFLICT
                        && e.hint().orElse("").contains("local \"app\" drover_canary scram-sha-256");
            }
        });
    }
}
