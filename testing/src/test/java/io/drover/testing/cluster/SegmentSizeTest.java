/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.replication.InstanceInitializer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A shard with segments of another size differs from one that an agent makes in that alone: else what is measured on it is something else. */
class SegmentSizeTest {
    private static final Path DATA = Path.of("/instance/data");

    private static Map<String, String> inForce(String settings) {
        return settings.lines()
                .filter(line -> line.contains(" = "))
                .map(line -> line.split(" = ", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (earlier, later) -> later));
    }

    @Test
    void isMadeByTheAgentsOwnCommand() {
        assertThat(SegmentSize.initdb("initdb", DATA, "postgres", 64))
                .containsAll(InstanceInitializer.initdb("initdb", DATA, "postgres"))
                .contains("--wal-segsize=64", "--no-sync")
                .hasSize(InstanceInitializer.initdb("initdb", DATA, "postgres").size() + 2);
    }

    @Test
    void hasTheAgentsOwnSettingsButForTheSizes() {
        Map<String, String> agents = inForce(InstanceInitializer.SETTINGS);
        Map<String, String> other = inForce(SegmentSize.settings(64));

        assertThat(agents).containsEntry("wal_level", "replica");
        assertThat(other).containsEntry("min_wal_size", "128MB").containsEntry("max_wal_size", "384MB");
        other.keySet().removeAll(Set.of("min_wal_size", "max_wal_size"));
        agents.remove("max_wal_size");
        assertThat(other).isEqualTo(agents);
    }
}
