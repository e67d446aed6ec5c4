/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ControlOptionsTest {
    private static ControlOptions options(int shards, int moves) {
        return new ControlOptions(shards, 10, 5, moves, 1, 10, 1, 1, false);
    }

    @Test
    void sizesGrowFromTheShardsThatMoveToAllOfThem() {
        assertThat(options(10_000, 100).sizes()).containsExactly(100, 1000, 3000, 10_000);
        assertThat(options(50, 5).sizes()).containsExactly(5, 15, 50);
    }

    @Test
    void clientsShareAllShardsEvenly() {
        Map<Integer, Integer> holders = new HashMap<>();
        for (int client = 0; client < 1000; client++) {
            assertThat(ClientsPart.shardsOf(client, 20, 10_000)).hasSize(20).doesNotHaveDuplicates();
            ClientsPart.shardsOf(client, 20, 10_000).forEach(shard -> holders.merge(shard, 1, Integer::sum));
        }
        assertThat(holders).hasSize(10_000);
        assertThat(holders.values()).containsOnly(2);
    }

    @Test
    void copiesAreSpreadFromOneSecondToTheLongest() {
        assertThat(AgentsPart.copyTime(0, 200, 60)).isEqualTo(Duration.ofSeconds(30));
        assertThat(AgentsPart.copyTime(198, 200, 60)).isEqualTo(Duration.ofSeconds(60));
        assertThat(AgentsPart.copyTime(0, 2, 1)).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void nobodyHoldsAShardTwiceWhereThereAreFew() {
        assertThat(ClientsPart.shardsOf(3, 20, 8)).hasSize(8).doesNotHaveDuplicates();
    }
}
