/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PoolersTest {
    @Test
    void bothProcessesTogetherHaveTheSessions() {
        assertThat(Poolers.settings(501, 8))
                .containsOnly(
                        Map.entry("default_pool_size", "251"),
                        Map.entry("min_pool_size", "251"),
                        Map.entry("max_client_conn", "1002"));
    }

    @Test
    void nothingIsKeptOpenThatTheLoadOpensItself() {
        assertThat(Poolers.settings(8, 8)).containsOnly(Map.entry("default_pool_size", "6"));
    }
}
