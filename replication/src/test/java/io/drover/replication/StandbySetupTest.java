/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandbySetupTest {
    private static final StandbySetup.Upstream UPSTREAM = new StandbySetup.Upstream(
            "10.0.0.1", 5433, Path.of("/etc/pass"), "drover_1", "drover_slot", ServerTls.NONE);

    @TempDir
    private Path data;

    @Test
    void followsTheNewPrimaryWithoutAPasswordInSight() throws IOException {
        prepared("");

        assertThat(StandbySetup.isStandby(data)).isTrue();
        assertThat(value("primary_slot_name")).isEqualTo("drover_slot");
        assertThat(value("recovery_target_timeline")).isEqualTo("latest");
        assertThat(value("primary_conninfo")).contains("passfile=").doesNotContain("password=");
    }

    @Test
    void takesOffWhatAMoveSetOnTheOtherSide() throws IOException {
        prepared("""
                synchronous_standby_names = 'drover_1'
                listen_addresses = ''
                restore_command = ''
                max_standby_streaming_delay = '500ms'
                wal_init_zero = 'off'
                wal_retrieve_retry_interval = '5ms'
                autovacuum = 'off'
                """);

        assertThat(AutoConf.read(data).names())
                .containsExactlyInAnyOrder("primary_conninfo", "primary_slot_name", "recovery_target_timeline");
    }

    @Test
    void leavesTheOperatorsOwnValues() throws IOException {
        prepared("""
                restore_command = 'fetch %f %p'
                max_standby_streaming_delay = '30s'
                work_mem = '64MB'
                """);

        assertThat(value("restore_command")).isEqualTo("fetch %f %p");
        assertThat(value("max_standby_streaming_delay")).isEqualTo("30s");
        assertThat(value("work_mem")).isEqualTo("64MB");
    }

    /** The source's would beat the file of the node that has one. */
    @Test
    void takesOffTheSourcesCertificateOnlyWhereTheNodeHasItsOwn() throws IOException {
        String settings = "ssl = 'on'\nssl_cert_file = '/of/the/source.crt'\nssl_key_file = '/of/the/source.key'\n";
        prepared(settings);
        assertThat(value("ssl_cert_file")).isEqualTo("/of/the/source.crt");

        Files.writeString(data.resolve("postgresql.auto.conf"), settings);
        ServerTls own = new ServerTls(Path.of("/ca.crt"), Path.of("/node.crt"), Path.of("/node.key"));
        StandbySetup.prepare(
                data,
                new StandbySetup.Upstream("10.0.0.1", 5433, Path.of("/etc/pass"), "drover_1", "drover_slot", own));
        assertThat(AutoConf.read(data).names())
                .containsExactlyInAnyOrder("primary_conninfo", "primary_slot_name", "recovery_target_timeline");
    }

    @Test
    void refusesADirectoryThatHoldsNoData() {
        assertThatThrownBy(() -> StandbySetup.prepare(data, UPSTREAM))
                .isInstanceOf(DroverException.class)
                .hasMessageContaining("no data directory");
        assertThat(data).isEmptyDirectory();
    }

    private void prepared(String settings) throws IOException {
        Files.writeString(data.resolve("PG_VERSION"), "15");
        Files.writeString(data.resolve("postgresql.auto.conf"), settings);
        StandbySetup.prepare(data, UPSTREAM, List.of(ManagedSetting.AUTOVACUUM));
    }

    private String value(String name) {
        return AutoConf.read(data).get(name).orElseThrow();
    }
}
