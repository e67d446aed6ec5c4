/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.MiniCluster.B;
import static io.drover.testing.fake.MiniCluster.SHARD;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.fault.FaultPoint;
import io.drover.api.fault.FaultPoints;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What agents tell load balancers in every role of their node. */
@Isolated // the listener of fault points is the process's own
final class ShardHealthTest {
    /** The limit of a check in docs/clients.md. */
    private static final Duration CHECK_LIMIT = Duration.ofSeconds(2);

    private final MiniCluster cluster = MiniCluster.withShard();
    private final Map<String, String> told = new ConcurrentHashMap<>();
    private AutoCloseable armed = () -> {};

    @AfterEach
    void close() throws Exception {
        armed.close();
        cluster.close();
    }

    @Test
    void oneNodeTakesWritesAndNobodyDoesBetweenTheSealAndThePublication() {
        cluster.await("the first primary", () -> health().equals("A writes"));
        noteHealthBefore(Map.of(
                row(120),
                "sealed",
                row(140),
                "promoting",
                new FaultPoint("publish", "serving", FaultPoint.When.BEFORE),
                "promoted, not published",
                row(160),
                "published"));

        MoveId move = cluster.start("\"maxWritePause\":\"30s\",\"cutover\":\"approve\"")
                .id();
        cluster.await("it waits for a person", () -> state(move) == MoveState.READY);
        assertThat(health()).as("the target follows").isEqualTo("A writes, B reads");
        Move unused = cluster.control().moves().approve(move);
        cluster.await("the way back", () -> state(move) == MoveState.BAKING && health().equals("B writes, A reads"));

        assertThat(told)
                .containsEntry("sealed", "B reads")
                .containsEntry("promoting", "B reads")
                .containsEntry("promoted, not published", "")
                .containsKey("published");
        // the old primary has lost its grant; it is stopped, or will be
        assertThat(told.get("published")).isIn("", "B writes");
    }

    @Test
    void aSealThatIsLiftedBringsTheSourceBack() {
        noteHealthBefore(Map.of(row(120), "sealed"));
        MoveId move = cluster.start("\"drill\":true").id();

        cluster.await("it is undone", () -> state(move) == MoveState.ABORTED);

        assertThat(told).containsEntry("sealed", "B reads");
        cluster.await("the source serves", () -> health().equals("A writes"));
    }

    @Test
    void aFrozenServerIsToldOfWithinTheLimitOfACheck() {
        MoveId move = cluster.start("\"cutover\":\"approve\"").id();
        cluster.await("it waits for a person", () -> state(move) == MoveState.READY);
        cluster.await("both", () -> health().equals("A writes, B reads"));

        cluster.world.mishaps().freeze("node_a", MiniCluster.PORT, true);
        cluster.world.mishaps().freeze("node_b", MiniCluster.PORT, true);

        assertThat(CompletableFuture.supplyAsync(this::health))
                .succeedsWithin(CHECK_LIMIT)
                .isEqualTo("");
        cluster.world.mishaps().freeze("node_a", MiniCluster.PORT, false);
        cluster.world.mishaps().freeze("node_b", MiniCluster.PORT, false);
        cluster.await("both again", () -> health().equals("A writes, B reads"));
    }

    /** R8: a primary that is served under the last grant is not taken from its clients. */
    @Test
    void anAgentThatIsStartedWhileZooKeeperIsAwayTellsOfTheLastGrant() {
        awaitGrant();
        cluster.killAgent(A);
        cluster.killAgent(B);
        cluster.zooKeeper.stop();

        cluster.startAgentAlone(A);
        cluster.startAgentAlone(B);

        assertThat(health()).isEqualTo("A writes");
        cluster.zooKeeper.start();
    }

    /** H39: nobody who serves is stopped. */
    @Test
    void anEmptiedZooKeeperTakesNoPrimaryFromItsClients() {
        awaitGrant();

        cluster.agent(A).topologyListener().absent(SHARD);
        cluster.agent(B).topologyListener().absent(SHARD);

        assertThat(health()).isEqualTo("A writes");
    }

    /** On its disk: a moment after the topology that grants it. */
    private void awaitGrant() {
        cluster.await(
                "the grant",
                () -> cluster.agent(A).observation().memory().instances().stream()
                        .anyMatch(memory -> memory.grantEpoch().value() > 0));
    }

    private static FaultPoint row(int number) {
        return new FaultPoint("row-" + number, "run", FaultPoint.When.BEFORE);
    }

    private void noteHealthBefore(Map<FaultPoint, String> situations) {
        armed = FaultPoints.arm(reached -> Optional.ofNullable(situations.get(reached))
                .ifPresent(situation -> told.putIfAbsent(situation, health())));
    }

    private String health() {
        StringBuilder text = new StringBuilder();
        for (NodeId node : new NodeId[] {A, B}) {
            add(text, node, "writes", cluster.agent(node).health().takesWrites(SHARD));
        }
        for (NodeId node : new NodeId[] {A, B}) {
            add(text, node, "reads", cluster.agent(node).health().takesReads(SHARD));
        }
        return text.toString();
    }

    private static void add(StringBuilder text, NodeId node, String what, boolean does) {
        if (does) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(node.equals(A) ? "A " : "B ")
                    .append(what);
        }
    }

    private MoveState state(MoveId move) {
        return cluster.control().moves().get(move).state();
    }
}
