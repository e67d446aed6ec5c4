/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A standby that was adopted as pg_basebackup -R has made it has a password in its settings: no failure tells it. */
class HiddenPasswordsTest {
    private static final String OLD = "host=10.0.0.1 user=repl password='canary one' application_name=c";

    /** A server on which the setting stays as it is, and which takes no statement that changes it. */
    private static Connection stubborn() {
        ResultSet row = proxy(ResultSet.class, "next", true, "getString", OLD);
        PreparedStatement query = proxy(PreparedStatement.class, "executeQuery", row);
        Statement statement = (Statement) Proxy.newProxyInstance(
                Statement.class.getClassLoader(), new Class<?>[] {Statement.class}, (p, m, a) -> {
                    if (m.getName().equals("execute") && String.valueOf(a[0]).startsWith("ALTER")) {
                        throw new SQLException("the disk is full", "53100");
                    }
                    return m.getReturnType() == boolean.class ? false : null;
                });
        return proxy(Connection.class, "prepareStatement", query, "createStatement", statement);
    }

    private static <T> T proxy(Class<T> type, Object... answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, a) -> {
            for (int i = 0; i < answers.length; i += 2) {
                if (answers[i].equals(method.getName())) {
                    return answers[i + 1];
                }
            }
            return null;
        }));
    }

    @Test
    void notWhenAChangeDoesNotComeIntoForce() {
        assertThatThrownBy(() -> ServerSettings.awaitVisible(
                        HiddenPasswordsTest::stubborn,
                        ManagedSetting.PRIMARY_CONNINFO,
                        "host=10.0.0.2 password=canary-two",
                        Duration.ofMillis(1)))
                .isInstanceOf(DroverException.class)
                .hasMessageContaining("primary_conninfo did not become 'host=10.0.0.2 password=***'")
                .hasMessageContaining("it is 'host=10.0.0.1 user=repl password=*** application_name=c'")
                .hasMessageNotContaining("canary");
    }

    @Test
    void notWhenItCannotBePutBack() {
        assertThatThrownBy(
                        () -> new ServerSettings(stubborn()).restore(ManagedSetting.PRIMARY_CONNINFO, Optional.of(OLD)))
                .isInstanceOf(DroverException.class)
                .hasMessageContaining("ALTER SYSTEM SET primary_conninfo ... failed: the disk is full")
                .hasMessageNotContaining("canary");
    }

    @Test
    void aStatementIsToldUpToWhatMayBeSecret() {
        assertThat(Sql.failed("ALTER ROLE r PASSWORD 'canary'", new SQLException("no")))
                .hasMessage("ALTER ROLE r PASSWORD ... failed: no");
        assertThat(Sql.failed("SELECT  1", new SQLException("no"))).hasMessage("SELECT 1 failed: no");
    }

    /** log_statement, auditing and statistics of statements would write it down. */
    @Test
    void notInPostgresqlsLogWhenItIsPutBack() {
        List<String> said = new ArrayList<>();
        Statement statement = (Statement) Proxy.newProxyInstance(
                Statement.class.getClassLoader(), new Class<?>[] {Statement.class}, (p, m, a) -> {
                    if (m.getName().equals("execute")) {
                        said.add(String.valueOf(a[0]));
                        return false;
                    }
                    return null;
                });
        ServerSettings settings = new ServerSettings(proxy(Connection.class, "createStatement", statement));

        settings.restore(ManagedSetting.PRIMARY_CONNINFO, Optional.of("host=10.0.0.1 user=repl passfile=/p"));
        assertThat(said).singleElement().asString().contains("passfile");
        said.clear();
        settings.restore(ManagedSetting.PRIMARY_CONNINFO, Optional.of(OLD));

        List<String> before = said.subList(0, said.indexOf(withCanary(said)));
        assertThat(before)
                .contains(
                        "SET log_statement = 'none'",
                        "SET log_min_duration_statement = '-1'",
                        "SET log_min_duration_sample = '-1'",
                        "SET log_min_error_statement = 'panic'",
                        "SET pg_stat_statements.track_utility = 'off'",
                        "SET pgaudit.log = 'none'");
        List<String> after = said.subList(before.size() + 1, said.size());
        assertThat(after).hasSameSizeAs(before).allMatch(word -> word.startsWith("RESET "));
    }

    private static String withCanary(List<String> said) {
        return said.stream().filter(word -> word.contains("canary")).findFirst().orElseThrow();
    }
}
