/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.SafeText;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is put in is what a reader of libpq's rules takes out, or nothing is made. */
final class ConnectionStringPropertyTest {
    private static final int TRIES = 3000;
    private static final List<String> KEYWORDS = List.of(
            "host",
            "port",
            "user",
            "dbname",
            "application_name",
            "passfile",
            "sslmode",
            "sslrootcert",
            "connect_timeout",
            "keepalives_idle");
    private static final Map<String, String> RIGHT = Map.of(
            "host", "db-1.example.com",
            "port", "5433",
            "user", "drover_repl",
            "dbname", "app",
            "application_name", "15/main",
            "passfile", "/var/lib/My Data/passfile",
            "connect_timeout", "5");

    @Provide
    Arbitrary<String> hostile() {
        return HostileText.any();
    }

    @Provide
    Arbitrary<String> keywords() {
        return Arbitraries.of(KEYWORDS);
    }

    @Property(tries = TRIES)
    void aHostileValueIsRefusedOrComesOutAgain(@ForAll("keywords") String keyword, @ForAll("hostile") String value) {
        Map<String, String> values = new TreeMap<>(RIGHT);
        values.put(keyword, value);
        String made;
        try {
            made = ConnectionString.of(values);
        } catch (DroverException e) {
            assertThat(e.getMessage()).matches(SafeText::isPlain);
            return;
        }
        assertThat(parsed(made)).isEqualTo(values);
        assertThat(ManagedSetting.PRIMARY_CONNINFO.checked(made)).isEqualTo(made);
        assertThat(AutoConf.parse(AutoConf.parse("")
                                .set(ManagedSetting.PRIMARY_CONNINFO, made)
                                .text())
                        .get("primary_conninfo"))
                .hasValue(made);
    }

    @Property(tries = TRIES)
    void noOtherKeywordIsTaken(@ForAll("hostile") String keyword) {
        assertThatThrownBy(() -> ConnectionString.of(Map.of(keyword, "1"))).isInstanceOf(DroverException.class);
    }

    @Example
    void keywordsThatLeadElsewhereAreRefused() {
        for (String keyword : List.of(
                "password",
                "service",
                "servicefile",
                "options",
                "sslkey",
                "krbsrvname",
                "requirepeer",
                "load_balance_hosts",
                "hostaddr",
                "replication",
                "target_session_attrs",
                "gsslib",
                "sslpassword")) {
            assertThatThrownBy(() -> ConnectionString.of(Map.of(keyword, "x")))
                    .as(keyword)
                    .isInstanceOf(DroverException.class);
        }
        for (String host : List.of("/run/postgresql", "@abstract", "a,b", "", "169.254.169.254")) {
            assertThatThrownBy(() -> ConnectionString.of(Map.of("host", host)))
                    .as(host)
                    .isInstanceOf(DroverException.class);
        }
    }

    @Property(tries = TRIES)
    void noSettingTakesAHostileValue(@ForAll ManagedSetting setting, @ForAll("hostile") String value) {
        boolean list = setting == ManagedSetting.SYNCHRONOUS_STANDBY_NAMES;
        boolean empty = value.isEmpty();
        if (list || empty) {
            return;
        }
        try {
            assertThat(setting.checked(value)).matches("on|off|latest|[a-z0-9_]+|[0-9]+[a-zA-Z]+");
        } catch (DroverException e) {
            assertThat(e.getMessage()).matches(SafeText::isPlain).hasSizeLessThan(1000);
        }
    }

    /** What stood in the file before is put back whatever it was, and reads as it was. */
    @Property(tries = TRIES)
    void aValueThatStoodThereBeforeIsPutBackAsItWas(@ForAll("hostile") String value) {
        try {
            String text = AutoConf.parse("")
                    .restore(ManagedSetting.RESTORE_COMMAND, value)
                    .text();
            assertThat(AutoConf.parse(text).get("restore_command")).hasValue(value);
            assertThat(AutoConf.parse(text).names()).containsExactly("restore_command");
        } catch (DroverException e) {
            assertThat(value).containsPattern("[\\n\\r\\x00]");
        }
    }

    @Property(tries = TRIES)
    void aPasswordFileHoldsOneLineForEachRole(@ForAll("hostile") String password) {
        String line = PassFile.line("drover_repl", password);

        if (password.chars().noneMatch(each -> each == '\n' || each == '\r')) {
            assertThat(line.lines()).hasSize(1);
        }
        assertThat(unescaped(line.substring("*:*:*:drover_repl:".length(), line.length() - 1)))
                .isEqualTo(password);
    }

    private static String unescaped(String field) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\') {
                i++;
            } else {
                assertThat(field.charAt(i)).isNotEqualTo(':');
            }
            text.append(field.charAt(i));
        }
        return text.toString();
    }

    /** As libpq reads it (PostgreSQL documentation, Keyword/Value Connection Strings): another hand than the writer's. */
    private static Map<String, String> parsed(String text) {
        Map<String, String> found = new LinkedHashMap<>();
        int at = 0;
        while (at < text.length()) {
            int equals = text.indexOf('=', at);
            String keyword = text.substring(at, equals).strip();
            assertThat(text.charAt(equals + 1)).isEqualTo('\'');
            StringBuilder value = new StringBuilder();
            at = equals + 2;
            while (text.charAt(at) != '\'') {
                if (text.charAt(at) == '\\') {
                    at++;
                }
                value.append(text.charAt(at));
                at++;
            }
            at++;
            assertThat(found.put(keyword, value.toString())).as(keyword).isNull();
        }
        return found;
    }

    @Example
    void theUpstreamOfAStandbyIsOneOfThese() {
        assertThat(parsed(upstream(ServerTls.NONE).connectionString()))
                .containsOnlyKeys("application_name", "connect_timeout", "host", "passfile", "port", "user");
        assertThat(parsed(upstream(ServerTls.verifying(Path.of("/t/ca.crt"))).connectionString()))
                .containsEntry("sslmode", "verify-full")
                .containsEntry("sslrootcert", "/t/ca.crt");
    }

    private static StandbySetup.Upstream upstream(ServerTls tls) {
        return new StandbySetup.Upstream("node_a", 5433, Path.of("/p"), "node_b", "slot", tls);
    }
}
