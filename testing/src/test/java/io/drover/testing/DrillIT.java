/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static io.drover.testing.Undone.assertUndone;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Drill;
import io.drover.api.Move;
import io.drover.api.Move.Phase;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.testing.checker.TopologyLog;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.WorldSnapshot;
import io.drover.testing.ledger.Ledger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Drills under load: no client may see an error (the scene counts them and the rows), and nothing may be left behind. {@code
 * -Ddrills=20} makes as many one after the other; their figures are in {@code target/drills.txt}.
 */
class DrillIT {
    private static final List<String> PHASES =
            List.of("fence", "drain", "seal", "final sync", "unseal", "lower the fence");
    private static final int DRILLS = Integer.getInteger("drills", 2);

    @Test
    void leavesNothingBehindAndTellsWhatThePauseWouldHaveBeen() throws SQLException {
        try (Scene scene = Scene.open()) {
            List<Drill> drills = new ArrayList<>();
            for (int i = 0; i < DRILLS; i++) {
                drills.add(drill(scene));
            }
            report(drills, scene.ledger());
        }
    }

    private static Drill drill(Scene scene) throws SQLException {
        NodeId source = scene.primary();
        NodeId target = scene.other();
        long epoch = scene.topology().epoch().value();
        Map<String, String> before = scene.traces();
        int changes = states(scene).size();
        Move move = assertUndone(scene, scene.start(target, "\"drill\":true"), before);
        assertThat(move.error()).isNull();
        List<TopologyState> states = states(scene);
        assertThat(states.subList(changes, states.size()))
                .contains(TopologyState.FENCED, TopologyState.ABORTING)
                .doesNotContain(TopologyState.PROMOTING);
        assertThat(scene.primary()).isEqualTo(source);
        assertThat(scene.topology().epoch().value()).isEqualTo(epoch + 2);
        assertThat(setAside(scene, target, move))
                .as("copies left on the target")
                .isEmpty();
        Drill drill = move.drill();
        assertThat(drill.measured()).extracting(Phase::name).containsExactly("fence", "drain", "seal", "final sync");
        assertThat(drill.undo()).extracting(Phase::name).containsExactly("unseal", "lower the fence");
        assertThat(drill.expected()).extracting(Phase::step).contains(130, 140, 150);
        assertThat(drill.pauseMillis()).isPositive();
        assertThat(drill.heldMillis()).isPositive();
        assertThat(drill.clients())
                .singleElement()
                .satisfies(client -> assertThat(client.client()).contains("scene-" + scene.run()))
                .satisfies(client -> assertThat(client.millis()).isNotNull());
        return drill;
    }

    /** A copy carries its source's configuration for its first start only (H91). */
    private static boolean isOfTheFirstStart(String difference) {
        return difference.contains("/drover_pg_hba.conf: ") || difference.contains("/drover_pg_ident.conf: ");
    }

    @Test
    void rehearsesTheCutoverOfAMoveThatWaitsForItsApproval() throws SQLException {
        try (Scene scene = Scene.open()) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            Move move = scene.start(target, "\"cutover\":\"approve\"");
            scene.await(move, MoveState.READY);
            Map<String, String> before = scene.traces();
            scene.rest().act(move.id(), "drill");
            Move drilled = scene.rest()
                    .await(
                            move.id(),
                            "drilled",
                            Scene.MOVE_LIMIT,
                            seen -> seen.state() == MoveState.READY && seen.drill() != null,
                            seen -> {});

            assertThat(drilled.drill().pauseMillis()).isPositive();
            assertThat(drilled.cutover()).isNull();
            scene.awaitWrites(50);
            assertThat(scene.primary()).isEqualTo(source);
            assertThat(scene.topology().state()).isEqualTo(TopologyState.SERVING);
            assertThat(WorldSnapshot.differences(before, scene.traces())).allMatch(DrillIT::isOfTheFirstStart);

            scene.rest().act(move.id(), "approve");
            Move moved = scene.awaitRollbackReady(move);
            assertThat(scene.primary()).isEqualTo(target);
            assertThat(moved.cutover().commitsPastFork()).isZero();
        }
    }

    /** Of every topology that ZooKeeper has stored: a watch misses the ones that last a few milliseconds. */
    private static List<TopologyState> states(Scene scene) {
        Path log = scene.cluster().directory().resolve("zookeeper").resolve("version-2");
        return TopologyLog.read(List.of(log), "/drover", LocalCluster.SHARD).stream()
                .flatMap(change -> change.topology().stream())
                .map(ShardTopology::state)
                .toList();
    }

    private static List<String> setAside(Scene scene, NodeId node, Move move) {
        var directory = scene.cluster().node(node).dataRoot().resolve(LocalCluster.SHARD.value());
        try (var entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.contains(move.id().shortId()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void report(List<Drill> drills, Ledger ledger) {
        List<String> lines = new ArrayList<>();
        lines.add(drills.size() + " drills, " + ledger.acked() + " acknowledged writes, " + ledger.errors()
                + " errors of writers, " + ledger.readErrors() + " of readers");
        lines.add(spread("writes held", drills.stream().map(Drill::heldMillis).toList()));
        lines.add(spread(
                "pause of a move", drills.stream().map(Drill::pauseMillis).toList()));
        for (String phase : PHASES) {
            lines.add(spread(
                    phase, drills.stream().map(drill -> millis(drill, phase)).toList()));
        }
        try {
            Files.write(Path.of("target", "drills.txt"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double millis(Drill drill, String phase) {
        List<Phase> all = new ArrayList<>(drill.measured());
        all.addAll(drill.undo());
        return all.stream()
                .filter(candidate -> candidate.name().equals(phase))
                .mapToDouble(Phase::millis)
                .sum();
    }

    private static String spread(String what, List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return String.format(
                Locale.ROOT,
                "%-16s ms: least %.1f, median %.1f, most %.1f",
                what,
                sorted.get(0),
                sorted.get(sorted.size() / 2),
                sorted.get(sorted.size() - 1));
    }
}
