/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A person holds a move, lets it go on, gives a rollback up; and the deadline ends what nobody ends. */
class OrdersIT {
    private static final Duration ORDER_LIMIT = Duration.ofSeconds(60);
    /** Long enough for a driver that does not stand still to be seen going on. */
    private static final Duration STANDS_STILL = Duration.ofSeconds(1);

    @Test
    void aPausedMoveStandsStillAndARollbackThatIsGivenUpLeavesTheTargetServing() throws SQLException {
        try (Scene scene = Scene.open()) {
            NodeId target = scene.other();
            Move move = scene.start(target, "\"cutover\":\"approve\",\"bootstrap\":{\"maxRate\":\"8MiB\"}");
            scene.await(move, MoveState.COPYING);
            scene.rest().act(move.id(), "pause");
            assertStandsStill(scene, move, MoveState.COPYING);
            DroverRest.Answer early = scene.rest().post("/v1/moves/" + move.id() + "/approve", "");
            assertThat(early.status()).as(early.body()).isEqualTo(409);
            assertThat(early.json().get("code").asText()).isEqualTo(ErrorCode.STATE_CONFLICT.name());
            assertThat(early.json().get("message").asText()).contains("it is not READY yet");
            scene.rest().act(move.id(), "resume");
            // it stays there: what was refused was not kept as an order
            scene.await(move, MoveState.READY);

            scene.rest().act(move.id(), "pause");
            scene.rest().act(move.id(), "approve");
            assertStandsStill(scene, move, MoveState.READY);
            scene.rest().act(move.id(), "resume");
            Waiting.until(
                    "the target serves", Scene.MOVE_LIMIT, () -> scene.primary().equals(target));

            giveARollbackUp(scene, move, target);
            scene.rest().complete(move.id());
            scene.await(move, MoveState.COMPLETED);
        }
    }

    /** A long transaction holds the way back before its fence, so that there is time to give it up. */
    private static void giveARollbackUp(Scene scene, Move move, NodeId target) throws SQLException {
        try (Connection blocker = scene.cluster().connect(target, Map.of());
                Statement statement = blocker.createStatement()) {
            blocker.setAutoCommit(false);
            statement.execute("create temporary table holding_the_way_back (id integer)");
            scene.awaitRollbackReady(move);
            Waiting.until(
                    "the transaction is a long one",
                    ORDER_LIMIT,
                    () -> scene.cluster()
                            .psql(target)
                            .run(
                                    "postgres",
                                    "select count(*) from pg_stat_activity where backend_type = 'client backend'"
                                            + " and state = 'idle in transaction' and clock_timestamp() - xact_start > '5.5 s'")
                            .equals("1"));
            scene.rest().act(move.id(), "rollback");
            scene.rest()
                    .await(
                            move.id(),
                            "the rollback waits",
                            ORDER_LIMIT,
                            seen -> seen.state() == MoveState.ROLLING_BACK
                                    && seen.waitingFor() != null
                                    && seen.waitingFor().contains("what stands in the way"),
                            seen -> {});
            scene.rest().act(move.id(), "abort");
            scene.awaitRollbackReady(move);
            blocker.rollback();
        }
        assertThat(scene.primary()).isEqualTo(target);
        assertThat(scene.rest().move(move.id()).error()).isNotNull();
        scene.awaitWrites(50);
    }

    @Test
    void theDeadlineUndoesAMoveInTheMiddleOfItsCopy() throws SQLException {
        try (Scene scene = Scene.open()) {
            NodeId source = scene.primary();
            Move move = scene.start(scene.other(), "\"deadline\":\"15s\",\"bootstrap\":{\"maxRate\":\"512KiB\"}");
            Move aborted = scene.await(move, MoveState.ABORTED);
            assertThat(aborted.error()).isNotNull();
            assertThat(aborted.error().code()).isEqualTo(ErrorCode.DEADLINE_PASSED.name());
            assertThat(aborted.error().message()).contains("passed at step 40");
            assertThat(scene.primary()).isEqualTo(source);
            assertThat(scene.cluster()
                            .psql(source)
                            .run(LocalCluster.DATABASE, "select count(*) from pg_replication_slots"))
                    .isEqualTo("0");
        }
    }

    private static void assertStandsStill(Scene scene, Move move, MoveState state) {
        scene.rest()
                .await(
                        move.id(),
                        "it waits to be resumed",
                        ORDER_LIMIT,
                        seen -> seen.waitingFor() != null && seen.waitingFor().contains("resume it"),
                        seen -> {});
        Waiting.pause(STANDS_STILL);
        Move still = scene.rest().move(move.id());
        assertThat(still.state()).isEqualTo(state);
        assertThat(still.waitingFor()).contains("resume it");
        scene.awaitWrites(50);
    }
}
