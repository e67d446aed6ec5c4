/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShardDataSourceConfigTest {
    private static ShardDataSourceConfig.Builder builder() {
        return ShardDataSourceConfig.builder("127.0.0.1:2181/drover", Topologies.SHARD)
                .credentials("app", "secret")
                .name("ledger");
    }

    @Test
    void defaultsAreThoseOfTheDocumentation() {
        ShardDataSourceConfig config = builder().build();

        assertThat(config.poolSize()).isEqualTo(10);
        assertThat(config.acquireTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.maxWaiters()).isEqualTo(10_000);
        assertThat(config.rampUp()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.topologyFile()).isNull();
        assertThat(config.topologyFileMaxAge()).isEqualTo(Duration.ofDays(7));
    }

    @Test
    void passwordStaysOutOfTheText() {
        assertThat(builder().build().toString()).contains("ledger").doesNotContain("secret");
    }

    @Test
    void unknownDriverPropertyIsRefusedAtOnce() {
        assertThatThrownBy(builder().driverProperties(Map.of("noSuchProperty", "1"))::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("noSuchProperty");
    }

    @Test
    void valuesOutOfRangeAreNamed() {
        assertThatThrownBy(builder().poolSize(0)::build).hasMessageContaining("poolSize");
        assertThatThrownBy(builder().acquireTimeout(Duration.ZERO)::build).hasMessageContaining("acquireTimeout");
        assertThatThrownBy(builder().maxWaiters(-1)::build).hasMessageContaining("maxWaiters");
        assertThatThrownBy(builder().name(" ")::build).hasMessageContaining("name");
        assertThatThrownBy(builder().rampUp(Duration.ofMillis(-1))::build).hasMessageContaining("rampUp");
        assertThatThrownBy(builder().rampUp(Duration.ofSeconds(11))::build).hasMessageContaining("rampUp");
        assertThatThrownBy(builder().topologyFileMaxAge(Duration.ZERO)::build)
                .hasMessageContaining("topologyFileMaxAge");
    }
}
