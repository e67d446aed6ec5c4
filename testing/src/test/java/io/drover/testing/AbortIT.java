/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static io.drover.testing.Undone.assertAbortedIn;
import static io.drover.testing.Undone.assertUndone;
import static io.drover.testing.Undone.isAbortedBehind;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.cluster.WorldSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A move that is given up before the point of no return leaves the source as it was, whatever it was doing. */
class AbortIT {
    private static final Duration STATE_LIMIT = Duration.ofSeconds(60);
    /** A move does not wait for the order: where it may be quicker than this JVM, another one is made. */
    private static final int TRIES = 3;

    @Test
    void undoesEverythingWhenAbortedInPreparing() throws SQLException {
        try (Scene scene = Scene.open()) {
            NodeId target = scene.other();
            Map<String, String> before = scene.traces();
            Move move = abortAtOnce(scene, target);
            for (int i = 1; i < TRIES && isAbortedBehind(scene, move, 30); i++) {
                assertUndone(scene, move, before);
                move = abortAtOnce(scene, target);
            }
            assertAbortedIn(scene, move, 0, 30);
            assertUndone(scene, move, before);
        }
    }

    private static Move abortAtOnce(Scene scene, NodeId target) {
        Move move = scene.start(target, "");
        scene.rest().act(move.id(), "abort");
        return move;
    }

    @Test
    void undoesEverythingWhenAbortedInCopying() throws SQLException {
        try (Scene scene = Scene.open()) {
            Map<String, String> before = scene.traces();
            Move move = scene.start(scene.other(), "\"bootstrap\":{\"maxRate\":\"512KiB\"}");
            scene.rest().await(move.id(), "copied a part", STATE_LIMIT, AbortIT::hasCopied, seen -> {});
            Move aborting = scene.rest().act(move.id(), "abort");
            assertThat(aborting.state()).isIn(MoveState.ABORTING, MoveState.ABORTED);
            scene.rest().act(move.id(), "abort");
            assertAbortedIn(scene, move, 40, 40);
            assertUndone(scene, move, before);
        }
    }

    @Test
    void undoesEverythingWhenAbortedInCatchingUp() throws SQLException {
        try (Scene scene = Scene.open()) {
            NodeId target = scene.other();
            Map<String, String> before = scene.traces();
            Move move = abortInReplay(scene, target);
            for (int i = 1; i < TRIES && isAbortedBehind(scene, move, 50); i++) {
                assertUndone(scene, move, before);
                move = abortInReplay(scene, target);
            }
            assertAbortedIn(scene, move, 50, 50);
            assertUndone(scene, move, before);
        }
    }

    private static Move abortInReplay(Scene scene, NodeId target) {
        Move move = scene.start(target, "\"cutover\":\"approve\"");
        Path dataRoot = scene.cluster().node(target).dataRoot();
        long startup = Waiting.untilPresent(
                "the target replays",
                STATE_LIMIT,
                () -> ProcessTable.belongingTo(dataRoot).stream()
                        .filter(pid -> ProcessTable.commandLine(pid).contains(": startup"))
                        .findFirst());
        ProcessTable.signal(startup, "STOP");
        try {
            scene.rest().act(move.id(), "abort");
            // an immediate stop ends a frozen process too; a fast one has to wait for it
            Waiting.within(Duration.ofSeconds(3), () -> !ProcessTable.isAlive(startup));
        } finally {
            ProcessTable.signal(startup, "CONT");
        }
        return move;
    }

    @Test
    void undoesEverythingWhenAbortedInVerifying() throws SQLException {
        try (Scene scene = Scene.open()) {
            Map<String, String> before = scene.traces();
            Move move = scene.start(scene.other(), "\"verify\":{\"canaries\":[\"select pg_sleep(4)\"]}");
            scene.await(move, MoveState.VERIFYING);
            scene.rest().act(move.id(), "abort");
            assertAbortedIn(scene, move, 60, 60);
            assertUndone(scene, move, before);
        }
    }

    @Test
    void undoesEverythingWhenAbortedInReady() throws SQLException {
        try (Scene scene = Scene.open()) {
            Map<String, String> before = scene.traces();
            Move move = scene.start(scene.other(), "\"cutover\":\"approve\"");
            scene.await(move, MoveState.READY);
            scene.rest().act(move.id(), "abort");
            assertAbortedIn(scene, move, 70, 70);
            assertUndone(scene, move, before);
            assertPurged(scene, move.target());
        }
    }

    @Test
    void undoesItselfWhenTheTargetAnswersOtherwise() throws SQLException {
        try (Scene scene = Scene.open()) {
            Map<String, String> before = scene.traces();
            Move move = scene.start(scene.other(), "\"verify\":{\"canaries\":[\"select pg_is_in_recovery()\"]}");
            Move aborted = assertUndone(scene, move, before);
            assertThat(aborted.error()).isNotNull();
            assertThat(aborted.error().code()).isEqualTo(ErrorCode.VERIFICATION_FAILED.name());
        }
    }

    @Test
    void throwsADamagedCopyAwayAndMakesAnother() throws SQLException, IOException {
        try (Scene scene = Scene.open()) {
            Map<String, String> before = scene.traces();
            NodeId target = scene.other();
            Path root = scene.cluster().node(target).dataRoot();
            Move move = scene.start(target, "\"cutover\":\"approve\",\"bootstrap\":{\"maxRate\":\"8MiB\"}");
            Path copied = Waiting.untilPresent("a file is copied", STATE_LIMIT, () -> copiedFile(root));
            Files.writeString(copied, "51\n");
            scene.await(move, MoveState.READY);
            assertThat(Files.readString(scene.cluster().controlDirectory().resolve(target + ".log")))
                    .containsPattern("data.staging-" + move.id().shortId() + " does not match its manifest");
            assertThat(root.resolve("shard_01/data/base/1/PG_VERSION")).hasContent("15\n");
            scene.rest().act(move.id(), "abort");
            assertUndone(scene, move, before);
        }
    }

    private static Optional<Path> copiedFile(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file ->
                            file.endsWith("base/1/PG_VERSION") && file.toFile().length() == 3)
                    .filter(file -> !file.toString().contains("set-aside"))
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            // it changes under our hands
            return Optional.empty();
        }
    }

    @Test
    void refusesToAbortWhatIsOver() throws SQLException {
        try (Scene scene = Scene.open()) {
            Move move = scene.moveTo(scene.other());
            DroverRest.Answer answer = scene.rest().post("/v1/moves/" + move.id() + "/abort", "");
            assertThat(answer.status()).isEqualTo(409);
        }
    }

    /** What a move sets aside goes only when a person says so, and nothing else goes with it. */
    private static void assertPurged(Scene scene, NodeId node) {
        Path root = scene.cluster().node(node).dataRoot();
        assertThat(setAside(root)).isNotEmpty();
        Map<String, String> before = scene.traces();
        DroverRest.Answer purged =
                scene.rest().post("/v1/shards/" + LocalCluster.SHARD + "/purge", "{\"node\":\"" + node + "\"}");
        assertThat(purged.status()).as(purged.body()).isEqualTo(200);
        assertThat(setAside(root)).isEmpty();
        assertThat(WorldSnapshot.differences(before, scene.traces())).isEmpty();
        scene.awaitWrites(50);
    }

    private static List<Path> setAside(Path root) {
        try (Stream<Path> instances = Files.walk(root, 2)) {
            return instances
                    .filter(path -> path.getFileName().toString().startsWith("data.set-aside-"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasCopied(Move move) {
        return move.progress() != null && move.progress().bytesDone() > 0;
    }
}
