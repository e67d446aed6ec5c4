/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.drover.api.DroverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DebianClusterTest {
    private static final String COMMENTS = """
            # Automatic startup configuration
            #   auto: automatically start the cluster

            """;

    @TempDir
    private Path root;

    private DebianCluster cluster;

    @BeforeEach
    void make() throws IOException {
        Path configuration = Files.createDirectories(root.resolve("15/main"));
        cluster = DebianCluster.of(
                        List.of(
                                "/usr/lib/postgresql/15/bin/postgres",
                                "-D",
                                "/var/lib/postgresql/15/main",
                                "-c",
                                "config_file=" + configuration + "/postgresql.conf"),
                        root)
                .orElseThrow();
    }

    private Path startFile() {
        return root.resolve("15/main/start.conf");
    }

    @Test
    void isToldFromHowItsServerWasStarted() {
        assertThat(cluster.version()).isEqualTo("15");
        assertThat(cluster.name()).isEqualTo("main");
        assertThat(cluster.unit()).isEqualTo("postgresql@15-main.service");
        assertThat(cluster.service()).isEqualTo(new ServiceName(ServiceName.Kind.PG_CTLCLUSTER, "15/main"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "config_file=/srv/15/main/postgresql.conf",
                "config_file=/etc/postgresql/postgresql.conf",
                "config_file=/etc/postgresql/15/main/more/postgresql.conf",
                "config_file=/etc/postgresql/15/main/other.conf",
                "hba_file=/etc/postgresql/15/main/postgresql.conf"
            })
    void isNoneWhoseConfigurationLiesElsewhere(String argument) {
        assertThat(DebianCluster.of(List.of("postgres", "-c", argument))).isEmpty();
    }

    @Test
    void startsAtBootUnlessItsFileSaysOtherwise() throws IOException {
        assertThat(cluster.startMode()).isEqualTo("auto");
        Files.writeString(startFile(), COMMENTS + "  disabled   # for now\n");
        assertThat(cluster.startMode()).isEqualTo("disabled");
    }

    @Test
    void changesNothingInTheFileButTheMode() throws IOException {
        Files.writeString(startFile(), COMMENTS + "auto\n");

        cluster.startMode("manual");

        assertThat(startFile()).hasContent(COMMENTS + "manual\n");
        cluster.startMode("auto");
        assertThat(startFile()).hasContent(COMMENTS + "auto\n");
    }

    @Test
    void isNotAdoptedWhenItMayNeverBeStartedAgain() throws IOException {
        Files.writeString(startFile(), "disabled\n");

        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> cluster.requireStartMode())
                .withMessageContaining("disabled")
                .withMessageContaining("nothing was done");
        assertThat(startFile()).hasContent("disabled\n");

        Files.writeString(startFile(), "manual\n");
        assertThatNoException().isThrownBy(() -> cluster.requireStartMode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"15/main; reboot", "15/../main", "15", "x/main", "15/-h", "15/"})
    void hasANameThatMayBeAnArgument(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ServiceName(ServiceName.Kind.PG_CTLCLUSTER, name));
    }
}
