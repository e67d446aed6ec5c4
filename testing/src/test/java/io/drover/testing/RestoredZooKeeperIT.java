/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.NodeId;
import io.drover.api.TopologyRebuild;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ZooKeeper loses what it held, under load (H39, H95): the shard goes on, nothing is moved, a rebuild brings the topology back. */
class RestoredZooKeeperIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theShardGoesOnAndMovesAgainAfterARebuild(boolean emptied) throws SQLException {
        try (Scene scene = Scene.open()) {
            LocalCluster cluster = scene.cluster();
            NodeId first = scene.primary();
            NodeId second = scene.other();
            cluster.saveZooKeeper();
            scene.moveTo(second);
            long seen = scene.topology().epoch().value();

            cluster.restoreZooKeeper(emptied);
            cluster.waitHealthy();
            scene.awaitWrites(100);
            assertThat(refusal(scene, first)).contains(emptied ? "UNKNOWN_SHARD" : "TOPOLOGY_OUTDATED");

            TopologyRebuild.Plan shown = rebuild(cluster.rest(), false);
            assertThat(shown.problems()).isEmpty();
            assertThat(shown.written()).isFalse();
            assertThat(rebuild(cluster.rest(), true).written()).isTrue();

            Waiting.until("the topology is back", LIMIT, () -> serves(scene, second));
            assertThat(scene.topology().epoch().value()).isGreaterThan(seen);
            scene.awaitWrites(100);
            Move back = scene.moveTo(first);
            assertThat(back.error()).isNull();
            scene.awaitWrites(100);
        } finally {
            SharedCluster.discard();
        }
    }

    private static boolean serves(Scene scene, NodeId node) {
        try {
            return scene.topology().state() == TopologyState.SERVING
                    && scene.primary().equals(node);
        } catch (IllegalStateException e) {
            // the controllers elect a leader above the rebuilt epoch
            return false;
        }
    }

    private static String refusal(Scene scene, NodeId target) {
        DroverRest.Answer answer = scene.rest()
                .post("/v1/moves", "{\"shard\":\"%s\",\"target\":\"%s\"}".formatted(LocalCluster.SHARD, target));
        assertThat(answer.status()).isBetween(400, 499);
        return answer.body();
    }

    private static TopologyRebuild.Plan rebuild(DroverRest rest, boolean write) {
        return rest.post("/v1/topology/rebuild", "{\"write\":%s}".formatted(write))
                .succeeded()
                .as(TopologyRebuild.Plan.class);
    }
}
