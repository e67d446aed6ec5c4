/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AutoConfTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "off", "it's", "C:\\data\\x", "FIRST 1 (\"a\", 'b')", "\\'", "'", "a # b", "ä"})
    void readsBackEveryValueThatItWrites(String value) {
        AutoConf settings = AutoConf.parse("").restore(ManagedSetting.RESTORE_COMMAND, value);

        assertThat(AutoConf.parse(settings.text()).get("restore_command")).contains(value);
    }

    @Test
    void takesTheLastOfSeveralLines() {
        AutoConf settings = AutoConf.parse("WAL_INIT_ZERO = 'on'\nwal_init_zero = off # later\n");

        assertThat(settings.get("wal_init_zero")).contains("off");
        assertThat(settings.names()).containsExactly("wal_init_zero");
    }

    @Test
    void readsEscapesAsPostgresDoes() {
        AutoConf settings = AutoConf.parse("x = 'a''b\\'c\\\\d\\101'\ny 5\n custom.name='v'\n");

        assertThat(settings.get("x")).contains("a'b'c\\dA");
        assertThat(settings.get("y")).contains("5");
        assertThat(settings.get("custom.name")).contains("v");
    }

    @Test
    void keepsWhatItDoesNotManage() {
        AutoConf settings =
                AutoConf.parse("work_mem = '4MB'\nwal_init_zero = 'off'\n").remove(ManagedSetting.WAL_INIT_ZERO);

        assertThat(settings.text()).contains("work_mem = '4MB'").doesNotContain("wal_init_zero");
    }

    @Test
    void refusesALineThatItDoesNotUnderstand() {
        assertThatThrownBy(() -> AutoConf.parse("x = 5\n\nprimary_conninfo = 'host=a password=''secret''\n"))
                .isInstanceOf(DroverException.class)
                .hasMessageContaining("line 3, which begins with primary_conninfo")
                .hasMessageNotContaining("secret");
    }

    @Test
    void refusesALineBreakInAValue() {
        assertThatThrownBy(() -> AutoConf.quoted("a\nb")).isInstanceOf(DroverException.class);
    }

    @Test
    void leavesNoTemporaryFile(@TempDir Path directory) throws Exception {
        AutoConf.read(directory).set(ManagedSetting.AUTOVACUUM, "off").write(directory);

        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(directory.resolve("postgresql.auto.conf"));
        }
        assertThat(AutoConf.read(directory).get("autovacuum")).contains("off");
    }
}
