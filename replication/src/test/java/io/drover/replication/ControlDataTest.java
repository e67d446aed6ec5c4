/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.InstanceId;
import io.drover.api.Lsn;
import org.junit.jupiter.api.Test;

class ControlDataTest {
    private static final String PRINTED = """
            pg_control version number:            1300
            Database system identifier:           7445398735418310741
            Database cluster state:               in production
            pg_control last modified:             Thu Nov  6 10:00:00 2025
            Latest checkpoint location:           0/1724D48
            Latest checkpoint's REDO location:    0/1724D10
            Latest checkpoint's TimeLineID:       3
            Bytes per WAL segment:                16777216
            Data page checksum version:           1
            """;

    @Test
    void readsWhatPgControldataPrints() {
        ControlData control = ControlData.parse(PRINTED);

        assertThat(control.systemIdentifier()).isEqualTo(new InstanceId("7445398735418310741"));
        assertThat(control.clusterState()).isEqualTo("in production");
        assertThat(control.cleanlyStopped()).isFalse();
        assertThat(control.timeline()).isEqualTo(3);
        assertThat(control.segmentSize()).isEqualTo(16 << 20);
        assertThat(control.checksumVersion()).isEqualTo(1);
        assertThat(control.redo()).isEqualTo(Lsn.parse("0/1724D10"));
        assertThat(control.value("pg_control last modified")).contains("Thu Nov  6 10:00:00 2025");
    }

    @Test
    void knowsAnOrderlyStopOfEitherRole() {
        assertThat(ControlData.parse(PRINTED.replace("in production", "shut down"))
                        .cleanlyStopped())
                .isTrue();
        ControlData standby = ControlData.parse(PRINTED.replace("in production", "shut down in recovery"));
        assertThat(standby.cleanlyStopped()).isTrue();
        assertThat(standby.standby()).isTrue();
        assertThat(ControlData.parse(PRINTED.replace("in production", "in crash recovery"))
                        .standby())
                .isFalse();
        assertThat(ControlData.parse(PRINTED.replace("in production", "shutting down"))
                        .cleanlyStopped())
                .isFalse();
    }

    @Test
    void namesTheLineThatIsMissing() {
        assertThatThrownBy(() -> ControlData.parse("nothing\n"))
                .isInstanceOf(DroverException.class)
                .hasMessageContaining("Database system identifier");
    }

    /** As pg_rewind judges it. */
    @Test
    void aClusterWithChecksumsOrHintsInItsWalCanBeRewound() {
        String without = PRINTED.replace("checksum version:           1", "checksum version:           0");

        assertThat(ControlData.parse(PRINTED).rewindable()).isTrue();
        assertThat(ControlData.parse(without + "wal_log_hints setting:  on\n").rewindable())
                .isTrue();
        assertThat(ControlData.parse(without + "wal_log_hints setting:  off\n").rewindable())
                .isFalse();
        // in doubt nothing is given up
        assertThatThrownBy(() -> ControlData.parse(without).rewindable()).hasMessageContaining("wal_log_hints");
    }

    @Test
    void writesTheSettingsThatRecoveryNeeds() {
        ControlData control = ControlData.parse(
                PRINTED + "max_prepared_xacts setting:           7\nwal_log_hints setting:                on\n");

        assertThat(Rewind.recoverySettings(control))
                .contains("max_prepared_transactions = '7'", "wal_log_hints = 'on'", "archive_mode = 'off'");
    }
}
