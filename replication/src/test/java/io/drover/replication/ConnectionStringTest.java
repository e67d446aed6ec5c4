/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConnectionStringTest {
    @Test
    void quotesByTheRulesOfLibpq() {
        assertThat(ConnectionString.escaped("/a b/it's\\x")).isEqualTo("/a b/it\\'s\\\\x");
    }

    @Test
    void cannotBeMadeToHoldAPassword() {
        assertThatThrownBy(() -> ConnectionString.of(Map.of("password", "x"))).isInstanceOf(DroverException.class);
    }

    @Test
    void keepsAValueFromAddingAKeyword() {
        var upstream =
                new StandbySetup.Upstream("h' user='postgres", 5432, Path.of("/p"), "drover_1", "slot", ServerTls.NONE);

        assertThatThrownBy(upstream::connectionString)
                .isInstanceOf(DroverException.class)
                .hasMessageContaining("the value of host is wrong");
    }

    @Test
    void escapesAPasswordFile() {
        assertThat(PassFile.line("drover_repl", "a:b\\c")).isEqualTo("*:*:*:drover_repl:a\\:b\\\\c\n");
    }

    @Test
    void findsTheNameUnderWhichAWalreceiverConnects() {
        assertThat(ConnectionString.applicationName(
                        "user=drover_repl passfile=/p fallback_application_name=node_c application_name='it\\'s c'"))
                .hasValue("it's c");
        assertThat(ConnectionString.applicationName("host=a fallback_application_name=walreceiver port=1"))
                .hasValue("walreceiver");
        assertThat(ConnectionString.applicationName("application_name=first fallback_application_name=second"))
                .hasValue("first");
        assertThat(ConnectionString.applicationName("host=a")).isEmpty();
    }

    @Test
    void hidesPasswordsOfOthers() {
        assertThat(ConnectionString.withoutPassword("host=a password=secret user=b"))
                .isEqualTo("host=a password=*** user=b");
        assertThat(ConnectionString.withoutPassword("password = 'two words' user=b"))
                .isEqualTo("password = *** user=b");
        assertThat(ConnectionString.withoutPassword("postgresql://u:secret@h/db"))
                .isEqualTo("postgresql://u:***@h/db");
        assertThat(ConnectionString.withoutPassword("postgresql://:secret@h/db?sslpassword=secret&application_name=c"))
                .isEqualTo("postgresql://:***@h/db?sslpassword=***&application_name=c");
        assertThat(ConnectionString.withoutPassword("password='it\\'s a secret' PASSWORD='not closed, secret"))
                .isEqualTo("password=*** PASSWORD=***");
    }
}
