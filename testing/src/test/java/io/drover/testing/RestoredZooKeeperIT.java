/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.NodeId;
import io.drover.api.TopologyRebuild;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.Command;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.cluster.ZooKeeperData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * ZooKeeper loses what it held, under load (H39, H95): who serves goes on, nobody else becomes writable, nothing is
 * moved, and a rebuild brings the topology back.
 */
class RestoredZooKeeperIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @AfterEach
    void discard() {
        SharedCluster.discard();
    }

    /** The snapshot is of before a move: in it the shard is served by the node that the move has left. */
    @Test
    void aSnapshotFromBeforeAMoveMakesNobodyPrimaryAndTheTopologyIsRebuiltThroughRest() throws SQLException {
        try (Scene scene = Scene.open()) {
            LocalCluster cluster = scene.cluster();
            NodeId first = scene.primary();
            NodeId second = scene.other();
            ZooKeeperData data = new ZooKeeperData(cluster);
            data.save();
            scene.moveTo(second);
            long seen = scene.topology().epoch().value();

            data.restore();
            assertThat(scene.topology().epoch().value())
                    .as("it is from the past")
                    .isLessThan(seen);
            assertThat(scene.primary()).isEqualTo(first);
            assertOnlyThisOneServes(scene, second);
            assertThat(refusal(scene, second)).contains("TOPOLOGY_OUTDATED");
            assertStaysDownWhenItDies(scene, second);

            TopologyRebuild.Plan shown = rebuild(cluster.rest(), false);
            assertThat(shown.problems()).isEmpty();
            assertThat(shown.written()).isFalse();
            assertThat(scene.topology().epoch().value())
                    .as("nothing was written")
                    .isLessThan(seen);
            assertThat(rebuild(cluster.rest(), true).written()).isTrue();
            assertIsBackAndMoves(scene, second, first, seen);
        }
    }

    @Test
    void anEmptiedZooKeeperMakesNobodyPrimaryAndTheTopologyIsRebuiltFromAnExport() throws SQLException {
        try (Scene scene = Scene.open()) {
            LocalCluster cluster = scene.cluster();
            NodeId first = scene.primary();
            NodeId second = scene.other();
            ZooKeeperData data = new ZooKeeperData(cluster);
            Path export = cluster.directory().resolve("export.json");
            scene.moveTo(second);
            long seen = scene.topology().epoch().value();
            assertThat(drover(cluster, "export", export.toString())).contains("1 shards written");

            data.empty();
            assertOnlyThisOneServes(scene, second);
            assertThat(refusal(scene, first)).contains("UNKNOWN_SHARD");
            assertStaysDownWhenItDies(scene, second);

            assertThat(drover(cluster, "rebuild", "--export", export.toString()))
                    .contains(LocalCluster.SHARD.value(), "nothing was written");
            assertThat(drover(cluster, "rebuild", "--export", export.toString(), "--write"))
                    .contains("written; the controllers elect a leader anew");
            assertIsBackAndMoves(scene, second, first, seen);
        }
    }

    /** Clients go on, also while every agent is started again. */
    private static void assertOnlyThisOneServes(Scene scene, NodeId node) throws SQLException {
        scene.awaitWrites(100);
        assertThat(writable(scene)).containsExactly(node);
        scene.cluster()
                .nodes()
                .forEach(each -> scene.cluster().restart(each.id().value()));
        scene.cluster().waitHealthy();
        scene.awaitWrites(100);
        assertThat(writable(scene)).containsExactly(node);
    }

    /** A server that dies now stays down until the rebuild (R7): its agent, started anew, says so. */
    private static void assertStaysDownWhenItDies(Scene scene, NodeId node) throws SQLException {
        scene.expectErrors();
        LocalCluster cluster = scene.cluster();
        Path data = cluster.dataDirectory(node);
        Path log = cluster.controlDirectory().resolve(node + ".log");
        cluster.kill(node.value());
        int told = read(log).length();
        ProcessTable.signal(Postmasters.of(data).orElseThrow(), "KILL");
        cluster.restart(node.value());
        cluster.waitHealthy();
        Waiting.until(
                "its agent has decided", LIMIT, () -> read(log).substring(told).contains(" is down: STAY, "));
        assertThat(Postmasters.of(data)).isEmpty();
        assertThat(writable(scene)).isEmpty();
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertIsBackAndMoves(Scene scene, NodeId serving, NodeId other, long seen) {
        Waiting.until("the topology is back", LIMIT, () -> serves(scene, serving));
        assertThat(scene.topology().epoch().value()).isGreaterThan(seen);
        scene.awaitWrites(100);
        Move back = scene.moveTo(other);
        assertThat(back.error()).isNull();
        scene.awaitWrites(100);
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

    /** The nodes whose server takes writes. */
    private static List<NodeId> writable(Scene scene) throws SQLException {
        List<NodeId> writable = new ArrayList<>();
        for (ClusterNode node : scene.cluster().nodes()) {
            try (Connection connection = scene.cluster().connect(node.id(), Map.of());
                    Statement statement = connection.createStatement();
                    ResultSet answer = statement.executeQuery("SELECT pg_is_in_recovery()")) {
                answer.next();
                if (!answer.getBoolean(1)) {
                    writable.add(node.id());
                }
            } catch (SQLException e) {
                // connection refused: no server is there
                assertThat(e.getSQLState()).as(e.getMessage()).startsWith("08");
            }
        }
        return writable;
    }

    private static String refusal(Scene scene, NodeId target) {
        DroverRest.Answer answer = scene.rest()
                .post("/v1/moves", "{\"shard\":\"%s\",\"target\":\"%s\"}".formatted(LocalCluster.SHARD, target));
        assertThat(answer.status()).as(answer.body()).isBetween(400, 499);
        return answer.body();
    }

    private static TopologyRebuild.Plan rebuild(DroverRest rest, boolean write) {
        return rest.post("/v1/topology/rebuild", "{\"write\":%s}".formatted(write))
                .succeeded()
                .as(TopologyRebuild.Plan.class);
    }

    /** On the command line. */
    private static String drover(LocalCluster cluster, String... arguments) {
        List<String> command = new ArrayList<>(List.of("../bin/drover", "topology"));
        command.addAll(List.of(arguments));
        command.addAll(List.of(
                "--url",
                cluster.controllers().get(0).rest(),
                "--token-file",
                cluster.tokenFile().toString()));
        Command.Result result = Command.run(command);
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output();
    }
}
