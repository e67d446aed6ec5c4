/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SystemdUnitTest {
    private static final SystemdUnit UNIT = new SystemdUnit("postgresql@15-main.service");

    private static Map<String, String> properties(String name, String value) {
        Map<String, String> properties = new HashMap<>(Map.of(
                "Restart",
                "no",
                "KillMode",
                "mixed",
                "NeedDaemonReload",
                "no",
                "AssertPathExists",
                "/etc/postgresql/15/main/postgresql.conf\n" + UNIT.gate()));
        properties.put(name, value);
        return properties;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0::/system.slice/system-postgresql.slice/postgresql@15-main.service | postgresql@15-main.service",
                "0::/docker/4f2a/system.slice/system-postgresql.slice/postgresql@15-a.service | postgresql@15-a.service",
                "1:name=systemd:/system.slice/postgresql-15.service | postgresql-15.service"
            })
    void isToldFromTheControlGroupOfItsServer(String cgroup, String unit) {
        assertThat(SystemdUnit.named("3:cpu:/\n" + cgroup + "\n")).contains(unit);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0::/user.slice/user-1000.slice/session-3.scope",
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/postgres.service",
                "0::/",
                "4:memory:/system.slice/postgresql@15-main.service"
            })
    void isNoneOfASessionOrAContainer(String cgroup) {
        assertThat(SystemdUnit.named(cgroup)).isEmpty();
    }

    @Test
    void isLeftToTheAgentWhenOnlyTheAgentStartsIt() {
        assertThat(UNIT.wrong(properties("Restart", "no"))).isEmpty();
        assertThat(UNIT.wrong(properties("Restart", "on-failure"))).contains("starts the server again by itself");
        assertThat(UNIT.wrong(properties("KillMode", "control-group"))).contains("that a seal holds");
        assertThat(UNIT.wrong(properties("AssertPathExists", UNIT.gate() + ".other")))
                .contains("anybody may start it");
        assertThat(UNIT.wrong(properties("NeedDaemonReload", "yes"))).contains("have changed since");
    }

    @Test
    void readsWhatHasToBeThereFromItsFiles() {
        assertThat(SystemdUnit.asserted("""
                        # /lib/systemd/system/postgresql@.service
                        [Unit]
                        AssertPathExists=/taken/back
                        #AssertPathExists=/comment
                        AssertPathExists=
                        AssertPathExists=/etc/postgresql/%I/postgresql.conf

                        # /etc/systemd/system/postgresql@15-main.service.d/drover.conf
                        [Unit]
                        AssertPathExists= /run/postgresql/gate
                        """))
                .containsExactly("/etc/postgresql/%I/postgresql.conf", "/run/postgresql/gate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-x.service", "a b.service", "a;b.service", "postgresql@15-main", "../a.service"})
    void hasANameThatMayBeAnArgument(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ServiceName(ServiceName.Kind.SYSTEMD, name));
    }

    /** As an agent leaves it that is killed while systemd starts the unit (H56). */
    @Test
    void aGateThatWasLeftOpenIsToldAndClosed(@TempDir Path directory) throws IOException {
        SystemdUnit unit = new SystemdUnit("postgresql@15-main.service", directory);
        Files.createFile(unit.gate());

        assertThat(unit.startedByOthers())
                .contains("postgresql@15-main.service can be started by others", unit.gate() + " lies there");
        unit.closeLeftGate();

        assertThat(unit.gate()).doesNotExist();
    }

    @Test
    void aGateIsOpenForTheTimeOfAStartWhoeverLooksMeanwhile(@TempDir Path directory) {
        SystemdUnit unit = new SystemdUnit("postgresql@15-main.service", directory);

        boolean open = unit.whileOpen(() -> {
            new SystemdUnit(unit.name(), directory).closeLeftGate();
            return Files.exists(unit.gate());
        });

        assertThat(open).isTrue();
        assertThat(unit.gate()).doesNotExist();
        assertThatThrownBy(() -> unit.whileOpen(() -> {
                    throw new IllegalStateException("broke off");
                }))
                .hasMessage("broke off");
        assertThat(unit.gate()).doesNotExist();
    }
}
