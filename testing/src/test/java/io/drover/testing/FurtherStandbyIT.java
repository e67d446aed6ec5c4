/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static io.drover.testing.Undone.assertUndone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A move that makes a further standby of the shard on a third node, which the next move takes along. */
class FurtherStandbyIT {
    private static final NodeId THIRD = LocalCluster.NODE_C;
    private static final String ASKED = "\"standbys\":[\"" + THIRD + "\"]";

    @BeforeAll
    @AfterAll
    static void leaveNoStandbyToOthers() {
        SharedCluster.discard();
    }

    @Test
    void isMadeOnTheWayAndComesAlongWithTheNextMove() throws SQLException {
        try (Scene scene = Scene.open()) {
            Map<String, String> before = scene.traces();
            assertUndone(scene, scene.start(LocalCluster.NODE_B, ASKED + ",\"drill\":true"), before);

            Move move = scene.awaitRollbackReady(scene.start(LocalCluster.NODE_B, ASKED));
            scene.rest().complete(move.id());
            scene.await(move, MoveState.COMPLETED);
            assertIsTheOnlyStandbyOf(scene, LocalCluster.NODE_B);

            scene.moveTo(LocalCluster.NODE_A);
            assertIsTheOnlyStandbyOf(scene, LocalCluster.NODE_A);
            scene.awaitWrites(100);
        }
    }

    private static void assertIsTheOnlyStandbyOf(Scene scene, NodeId primary) {
        assertThat(scene.topology().replicas())
                .extracting(Replica::node, Replica::role)
                .containsExactly(tuple(THIRD, ReplicaRole.READ));
        // the sender to the one that was stopped ends a moment after it
        Waiting.until(
                "it streams from " + primary + ", and no other one does",
                Scene.WRITING_LIMIT,
                () -> scene.cluster()
                        .psql(primary)
                        .run("postgres", "select application_name || ' ' || state from pg_stat_replication")
                        .equals(THIRD + " streaming"));
    }
}
