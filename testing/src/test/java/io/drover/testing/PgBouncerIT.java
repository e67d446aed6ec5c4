/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.daemon.cli.ExitCode;
import io.drover.testing.cluster.Command;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.PgBouncerProcess;
import io.drover.testing.cluster.PoolerSite;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Moves behind real PgBouncer processes, steered by an adapter that is a process of its own. */
class PgBouncerIT {
    private static final Duration LOAD = Duration.ofSeconds(45);

    @TempDir
    private Path directory;

    private static String host(Scene scene, NodeId node) {
        return scene.cluster().node(node).host();
    }

    private Pgbench pgbench(Scene scene, PoolerSite site) throws Exception {
        return Pgbench.start(site.port(), scene.cluster().password(), directory, LOAD);
    }

    @Test
    void movesThereAndBackUnderPgbenchWithoutAFailedTransaction() throws Exception {
        try (Scene scene = Scene.open();
                PoolerSite site = PoolerSite.start(scene.cluster(), "transaction")) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            site.awaitServing(host(scene, source));
            Pgbench.prepare(scene.cluster());
            Move move = scene.start(target, "\"cutover\":\"approve\"");
            scene.await(move, MoveState.READY);

            try (Pgbench load = pgbench(scene, site)) {
                Waiting.pause(Duration.ofSeconds(3));
                scene.rest().act(move.id(), "approve");
                Move baking = scene.awaitRollbackReady(move);
                site.awaitServing(host(scene, target));
                assertThat(load.isRunning())
                        .as("pgbench runs across the switch")
                        .isTrue();
                assertThat(baking.history())
                        .as("the adapter was ready before the fence, and acknowledged it")
                        .noneMatch(line -> line.event().contains("without a warm pool")
                                || line.event().contains("not drained"));

                scene.rest().act(move.id(), "rollback");
                scene.await(move, MoveState.ROLLED_BACK);
                site.awaitServing(host(scene, source));
                assertThat(load.isRunning())
                        .as("pgbench runs across the way back")
                        .isTrue();
                load.assertNothingFailed(scene.cluster());
            }
        }
    }

    @Test
    void anAdapterThatIsKilledBehindTheFenceIsReplacedWithoutAFailedTransaction() throws Exception {
        try (Scene scene = Scene.open();
                PoolerSite site = PoolerSite.start(scene.cluster(), "transaction");
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            site.awaitServing(host(scene, source));
            Pgbench.prepare(scene.cluster());
            Move move =
                    scene.start(target, "\"cutover\":\"approve\",\"maxWritePause\":\"60s\",\"drainTimeout\":\"20s\"");
            scene.await(move, MoveState.READY);
            CountDownLatch replaced = new CountDownLatch(1);
            probe.onNext(TopologyState.FENCED, () -> {
                Waiting.until(
                        "both hold",
                        Scene.WRITING_LIMIT,
                        () -> site.processes().stream().allMatch(site::isPaused));
                site.killAdapter();
                site.startAdapter();
                replaced.countDown();
            });

            try (Pgbench load = pgbench(scene, site)) {
                // holds the drain up until the adapter is dead
                try (Connection inFlight = scene.kit().getConnection()) {
                    assertThat(inFlight.isValid(0)).isTrue();
                    scene.rest().act(move.id(), "approve");
                    Waiting.until("the adapter is another", Scene.WRITING_LIMIT, () -> replaced.getCount() == 0);
                }
                scene.awaitRollbackReady(move);
                site.awaitServing(host(scene, target));
                assertThat(load.isRunning())
                        .as("pgbench runs across the switch")
                        .isTrue();
                load.assertNothingFailed(scene.cluster());
                scene.rest().complete(move.id());
                scene.await(move, MoveState.COMPLETED);
            }
        }
    }

    @Test
    void whatWouldBeInTheWayIsNamedBeforeAMove() throws Exception {
        try (Scene scene = Scene.open();
                PoolerSite site = PoolerSite.start(scene.cluster(), "session")) {
            site.awaitServing(host(scene, scene.primary()));
            assertThat(site.check().exitCode()).as(site.check().output()).isEqualTo(ExitCode.DONE);

            try (Connection connection = site.connect();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("select 1");
                Waiting.until(
                        "the idle transaction is named",
                        Scene.WRITING_LIMIT,
                        () -> isRefused(site.check(), "B9", "pool mode session", "idle in transaction"));
            }

            site.setPassword(false);
            assertRefused(site.check(), "B4", "refuses the login");
            site.setPassword(true);

            PgBouncerProcess process = site.processes().get(0);
            process.writeIni("; nothing is included");
            assertRefused(site.check(), "B1", process.ini() + " does not include");
            process.writeIni("%include " + process.include());

            process.kill();
            assertRefused(site.check(), "B3", "no PgBouncer listens at " + process.place());
            assertNoMoveBegins(scene);
            process.start();
            site.awaitServing(host(scene, scene.primary()));
        }
    }

    private static boolean isRefused(Command.Result check, String... words) {
        return check.exitCode() == ExitCode.REFUSED && Arrays.stream(words).allMatch(check.output()::contains);
    }

    private static void assertRefused(Command.Result check, String... words) {
        assertThat(check.exitCode()).as(check.output()).isEqualTo(ExitCode.REFUSED);
        assertThat(check.output()).contains(words);
    }

    /** The running adapter has told the controller. */
    private static void assertNoMoveBegins(Scene scene) throws SQLException {
        String request = "{\"shard\":\"%s\",\"target\":\"%s\",\"waive\":[%s]}"
                .formatted(LocalCluster.SHARD, scene.other(), LocalCluster.WAIVER);
        Waiting.until("a move is refused for it", Scene.WRITING_LIMIT, () -> {
            DroverRest.Answer answer = scene.rest().post("/v1/moves", dry(request));
            return answer.body().contains("\"P53\"") && answer.body().contains("no PgBouncer listens");
        });
        DroverRest.Answer answer = scene.rest().post("/v1/moves", request);
        assertThat(answer.status()).as(answer.body()).isEqualTo(422);
        assertThat(answer.body()).contains("PREFLIGHT_FAILED", "P53", "no PgBouncer listens");
    }

    private static String dry(String request) {
        return request.replace("\"shard\"", "\"dryRun\":true,\"shard\"");
    }
}
