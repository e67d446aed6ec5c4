/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CarriedSettingsTest {
    @ParameterizedTest
    @CsvSource({
        "max_connections, Connections and Authentication / Connection Settings",
        "archive_command, Write-Ahead Log / Archiving",
        "shared_preload_libraries, Client Connection Defaults / Shared Library Preloading",
        "pg_stat_statements.max, Customized Options",
        "log_line_prefix, Reporting and Logging / What to Log",
        "ssl, Connections and Authentication / SSL"
    })
    void whatBelongsToTheInstanceTravels(String name, String category) {
        assertThat(CarriedSettings.travels(name, category)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "data_directory, File Locations",
        "log_directory, Reporting and Logging / Where to Log",
        "port, Connections and Authentication / Connection Settings",
        "cluster_name, Reporting and Logging / Process Title",
        "unix_socket_group, Connections and Authentication / Connection Settings",
        "recovery_target_time, Write-Ahead Log / Recovery Target",
        "zero_damaged_pages, Developer Options",
        "something_new, A Category of Tomorrow"
    })
    void whatBelongsToTheNodeOrIsNotKnownStays(String name, String category) {
        assertThat(CarriedSettings.travels(name, category)).isFalse();
    }
}
