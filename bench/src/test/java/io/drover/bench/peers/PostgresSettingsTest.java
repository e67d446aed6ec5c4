/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PostgresSettingsTest {
    private static final PostgresSettings SHARD =
            new PostgresSettings(Map.of("shared_buffers", "128MB", "synchronous_standby_names", "any 'x'"));

    @Test
    void areWrittenAsPostgresReadsThem() {
        assertThat(SHARD.conf().lines())
                .containsExactly("shared_buffers = '128MB'", "synchronous_standby_names = 'any ''x'''");
    }

    @Test
    void areWrittenAsYaml() {
        assertThat(SHARD.yaml(4).lines())
                .containsExactly("    shared_buffers: '128MB'", "    synchronous_standby_names: 'any ''x'''");
    }

    @Test
    void tellWhatAnotherServerHasOtherwise() {
        PostgresSettings computed =
                new PostgresSettings(Map.of("shared_buffers", "6026MB", "synchronous_standby_names", "any 'x'"));
        assertThat(SHARD.differences(SHARD)).isEmpty();
        assertThat(SHARD.differences(computed)).containsExactly("shared_buffers is '6026MB' instead of '128MB'");
    }

    @Test
    void tellWhatAnotherServerDoesNotHave() {
        assertThat(SHARD.differences(new PostgresSettings(Map.of("shared_buffers", "128MB"))))
                .containsExactly("synchronous_standby_names is '' instead of 'any 'x''");
    }
}
