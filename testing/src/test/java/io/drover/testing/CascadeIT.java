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
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.StandbyInstance;
import io.drover.testing.cluster.Waiting;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A shard whose commits wait for a standby on a third node: it comes along, and so does the wait. */
class CascadeIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    /** How long nothing may be acknowledged, to show that commits wait. */
    private static final Duration WAITS = Duration.ofSeconds(3);

    private static final NodeId THIRD = LocalCluster.NODE_C;

    private StandbyInstance standby;

    @BeforeEach
    void adoptAStandby() throws SQLException {
        SharedCluster.discard();
        LocalCluster cluster = SharedCluster.get();
        standby = StandbyInstance.start(cluster, LocalCluster.NODE_A, THIRD);
        DroverRest.Answer answer = cluster.rest()
                .put(
                        "/v1/shards/" + LocalCluster.SHARD,
                        "{\"node\":\"%s\",\"dataDir\":\"%s\",\"port\":%d,\"database\":\"%s\"}"
                                .formatted(THIRD, standby.dataDirectory(), cluster.shardPort(), LocalCluster.DATABASE));
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        cluster.psql(LocalCluster.NODE_A)
                .run(
                        "postgres",
                        "alter system set synchronous_standby_names = 'FIRST 1 (" + THIRD + ")';"
                                + " select pg_reload_conf()");
    }

    @AfterEach
    void leaveNoStandbyToOthers() {
        standby.freeze(false);
        SharedCluster.discard();
    }

    @Test
    void aSynchronousStandbyComesAlongAndBack() throws SQLException {
        try (Scene scene = Scene.open()) {
            Move move = scene.start(LocalCluster.NODE_B, "");
            assertWaitsFromTheFirstCommitOn(scene, move);
            scene.awaitRollbackReady(move);

            assertFollows(scene, LocalCluster.NODE_B, 2);
            assertThat(scene.topology().replicas())
                    .extracting(Replica::node, Replica::role)
                    .containsExactlyInAnyOrder(
                            tuple(THIRD, ReplicaRole.READ), tuple(LocalCluster.NODE_A, ReplicaRole.ROLLBACK));
            assertThat(slots(scene, LocalCluster.NODE_A))
                    .as("left by its standby")
                    .isEmpty();
            assertRefusesToEndWithoutIt(scene, move);

            scene.rest().act(move.id(), "rollback");
            scene.await(move, MoveState.ROLLED_BACK);
            assertFollows(scene, LocalCluster.NODE_A, 3);
            scene.awaitWrites(100);

            Move again = scene.awaitRollbackReady(scene.start(LocalCluster.NODE_B, ""));
            scene.rest().complete(again.id());
            scene.await(again, MoveState.COMPLETED);
            assertFollows(scene, LocalCluster.NODE_B, 4);
            assertThat(scene.topology().replicas())
                    .extracting(Replica::node, Replica::role)
                    .containsExactly(tuple(THIRD, ReplicaRole.READ));
            assertThat(slots(scene, LocalCluster.NODE_B))
                    .as("one slot, which its standby uses")
                    .isEqualTo("drover_" + again.id().shortId() + "_s1 t");
            scene.awaitWrites(100);
        }
    }

    @Test
    void anUndoneCutoverLeadsItBack() throws SQLException {
        try (Scene scene = Scene.open()) {
            Map<String, String> before = scene.traces();
            String followed = standby.psql().run("postgres", "show primary_conninfo");
            Move move = scene.start(LocalCluster.NODE_B, "\"drill\":true");

            Move ended = assertUndone(scene, move, before);

            assertThat(ended.error()).isNull();
            assertFollows(scene, LocalCluster.NODE_A, 1);
            assertThat(standby.psql().run("postgres", "show primary_conninfo")).isEqualTo(followed);
            assertThat(slots(scene, LocalCluster.NODE_A)).isEqualTo(standby.slot() + " t");
        }
    }

    /**
     * The standby stands still from before the switch on, while commits wait for the target in its stead: on the new primary not one
     * may be acknowledged until it goes on.
     */
    private void assertWaitsFromTheFirstCommitOn(Scene scene, Move move) {
        Waiting.until("the move is past row 78", Scene.MOVE_LIMIT, () -> {
            // none before the first row
            Move.Step step = scene.rest().move(move.id()).step();
            return step != null && step.number() >= 80;
        });
        standby.freeze(true);
        try {
            Waiting.until(
                    "node_b serves", Scene.MOVE_LIMIT, () -> scene.primary().equals(LocalCluster.NODE_B));
            Waiting.until(
                    "commits wait on the new primary",
                    LIMIT,
                    () -> !scene.cluster()
                            .psql(LocalCluster.NODE_B)
                            .run("postgres", "select count(*) from pg_stat_activity where wait_event = 'SyncRep'")
                            .equals("0"));
            long acked = scene.ledger().acked();
            Waiting.within(WAITS, () -> scene.ledger().acked() > acked);
            assertThat(scene.ledger().acked())
                    .as("acknowledged while the standby stands still")
                    .isEqualTo(acked);
        } finally {
            standby.freeze(false);
        }
        scene.awaitWrites(50);
    }

    private void assertFollows(Scene scene, NodeId primary, int timeline) {
        Waiting.until(
                "the standby is synchronous on " + primary,
                LIMIT,
                () -> scene.cluster()
                        .psql(primary)
                        .run(
                                "postgres",
                                "select state || ' ' || sync_state from pg_stat_replication where application_name = '"
                                        + THIRD + "'")
                        .equals("streaming sync"));
        // the one of what it has received last, which may have come before it changed over
        Waiting.until(
                "it has received WAL of timeline " + timeline,
                LIMIT,
                () -> standby.psql()
                        .run("postgres", "select received_tli from pg_stat_wal_receiver")
                        .equals(Integer.toString(timeline)));
    }

    private static void assertRefusesToEndWithoutIt(Scene scene, Move move) {
        LocalCluster cluster = scene.cluster();
        cluster.kill(THIRD.value());
        DroverRest.Answer refused = scene.rest().post("/v1/moves/" + move.id() + "/complete", "{\"endBake\":true}");
        assertThat(refused.status()).as(refused.body()).isEqualTo(409);
        assertThat(refused.json().get("code").asText()).isEqualTo("STANDBYS_MISSING");
        assertThat(refused.json().get("hint").asText()).contains("P41-standbys", THIRD.value());
        cluster.restart(THIRD.value());
        cluster.waitHealthy();
    }

    private static String slots(Scene scene, NodeId node) {
        return scene.cluster()
                .psql(node)
                .run(
                        "postgres",
                        "select slot_name || ' ' || case when active then 't' else 'f' end from"
                                + " pg_replication_slots order by 1")
                .strip();
    }
}
