/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.MiniCluster.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.agent.Facts;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.testing.cluster.Waiting;
import io.drover.topology.MoveLock;
import io.drover.topology.ZkLayout;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What moves that have ended, or never were, have left behind is found and undone; what belongs to a living one is not touched. */
final class TidyingTest {
    private static final MoveId NEVER = new MoveId("deadbeef-0000");
    private static final String ORPHAN = "drover_deadbeef";

    private final MiniCluster cluster = MiniCluster.withShard();

    @AfterEach
    void close() {
        cluster.close();
    }

    private List<String> slots(io.drover.api.NodeId node) {
        return cluster.agent(node).observation().facts(cluster.instance()).slots().stream()
                .map(Facts.Slot::name)
                .toList();
    }

    private void leave(MoveId move) {
        Token token = new Token(cluster.leaderEpoch(), move, 80, Long.MAX_VALUE, 20_000);
        cluster.send(A, token, new Verb.CreateSlot("drover_" + move.shortId()));
        cluster.send(A, token, new Verb.CreateSlot("drover_" + move.shortId() + "_back"));
        cluster.send(A, token, new Verb.SetRewindLogin(true));
        cluster.send(A, token, new Verb.ArmGuard("drover_" + move.shortId(), null));
    }

    @Test
    void undoesWhatAMoveLeftThatNeverWas() {
        leave(NEVER);

        cluster.await(
                "it is gone", () -> slots(A).isEmpty() && cluster.report(A).journaledMove() == null);

        Facts.InstanceFacts facts = cluster.agent(A).observation().facts(cluster.instance());
        assertThat(facts.unexplainedSettings()).isEmpty();
        assertThat(facts.leftovers()).isEmpty();
        assertThat(cluster.agent(A).acts().acts()).hasSizeGreaterThanOrEqualTo(4);
        cluster.start("\"cutover\":\"approve\"");
    }

    @Test
    void touchesNothingWithoutZooKeeper() throws InterruptedException {
        leave(NEVER);
        cluster.zooKeeper.stop();

        Waiting.pause(Duration.ofSeconds(8));

        assertThat(slots(A)).contains(ORPHAN);
        cluster.zooKeeper.start();
    }

    @Test
    void touchesNothingOfAMoveThatLives() throws InterruptedException {
        Move move = cluster.start("\"cutover\":\"approve\"");
        cluster.await("READY", () -> cluster.control().moves().get(move.id()).state() == MoveState.READY);
        cluster.killController();
        for (var node : List.of(A, B)) {
            cluster.killAgent(node);
            cluster.startAgent(node);
        }

        Waiting.pause(Duration.ofSeconds(8));

        assertThat(slots(A)).containsExactly(move.id().slotName());
        assertThat(cluster.agent(A).acts().acts()).isEmpty();
        cluster.startController();
        cluster.control().moves().approve(move.id());
        cluster.await("BAKING", () -> cluster.control().moves().get(move.id()).state() == MoveState.BAKING);
    }

    @Test
    void tellsTheMoveAndFreesItsLocks() {
        Move move = cluster.start("\"cutover\":\"approve\"");
        cluster.await("READY", () -> cluster.control().moves().get(move.id()).state() == MoveState.READY);
        cluster.control().moves().abort(move.id());
        cluster.await("ABORTED", () -> cluster.control().moves().get(move.id()).state() == MoveState.ABORTED);
        cluster.leadership()
                .transaction()
                .create(ZkLayout.nodeLock(A), new MoveLock(move.id()))
                .commit();
        leave(move.id());

        cluster.await(
                "its slots and its lock are gone",
                () -> slots(A).isEmpty()
                        && cluster.documents.read(ZkLayout.nodeLock(A)).isEmpty());
        cluster.await(
                "its history says so",
                () -> cluster.control().moves().get(move.id()).history().stream()
                                .filter(entry -> entry.event().startsWith("left over"))
                                .count()
                        >= 3);
    }
}
