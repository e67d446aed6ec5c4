/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.RogueWays;
import io.drover.testing.ledger.RogueWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Daemons and kits of this version and of the one before it live together, also in the middle of a move: an upgrade goes from host to
 * host, and back again when it has to.
 */
@EnabledIfSystemProperty(
        named = PreviousVersion.PROPERTY,
        matches = ".+",
        disabledReason = "bin/test builds the previous version where the checkout has the history for it")
class VersionsIT {
    private static final Path PRESENT = Path.of("daemon/target/dist/lib");
    private static final String APPROVED = "\"cutover\":\"approve\"";
    private static final int OF_THE_OLD_KIT = 200;

    @AfterAll
    static void discard() {
        SharedCluster.discard();
    }

    private static Path present(Scene scene) {
        return scene.cluster().projectRoot().resolve(PRESENT);
    }

    /** Restarts some daemons with the jars of a version, and waits for them. */
    private static void restart(Scene scene, Path jars, List<String> daemons) {
        daemons.forEach(daemon -> scene.cluster().restartWith(daemon, jars));
        scene.cluster().waitHealthy();
    }

    private static List<String> agents(Scene scene) {
        return scene.cluster().nodes().stream().map(node -> node.id().value()).toList();
    }

    private static RogueWriter startOldKit(Scene scene, PreviousVersion.Kit kit) {
        AckLog log = new AckLog(OF_THE_OLD_KIT);
        RogueWriter writer = RogueWriter.start(
                "previous-kit",
                log,
                kit.source()::getConnection,
                new RogueWays(scene.run()).autocommit(log).inNewSessions(),
                Duration.ofMillis(40));
        Waiting.until("the old kit writes", Scene.WRITING_LIMIT, () -> log.count(AckLog.Outcome.ACKED) > 10);
        return scene.count(writer);
    }

    private static void assertNoErrors(RogueWriter writer) {
        assertThat(writer.lastError()).as("the old kit's last error").isEmpty();
    }

    /** The leader is of one version up to the wait for the approval, and of another from then on; agents and a kit are old ones. */
    @Test
    void controllersAreUpgradedInTheMiddleOfAMoveAndAgentsBehindIt() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster());
                PreviousVersion.Kit kit = PreviousVersion.openKit(scene.cluster(), "old")) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            restart(scene, PreviousVersion.jars(), agents(scene));
            restart(scene, PreviousVersion.jars(), Takeover.CONTROLLERS);
            RogueWriter old = startOldKit(scene, kit);
            Move move = scene.start(target, APPROVED);
            scene.await(move, MoveState.READY);

            upgradeControllers(scene, probe, present(scene));
            scene.rest().act(move.id(), "approve");
            scene.awaitRollbackReady(move);

            restart(scene, present(scene), agents(scene));
            scene.awaitRollbackReady(move);
            scene.rest().act(move.id(), "rollback");
            scene.await(move, MoveState.ROLLED_BACK);
            Takeover.assertServing(scene, source);
            assertNoErrors(old);
        }
    }

    /** The way back: a move that this version began is ended by the one before it, with one agent of each. */
    @Test
    void aMoveGoesOnAfterADowngrade() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster());
                PreviousVersion.Kit kit = PreviousVersion.openKit(scene.cluster(), "old")) {
            NodeId target = scene.other();
            restart(scene, present(scene), agents(scene));
            restart(scene, present(scene), Takeover.CONTROLLERS);
            RogueWriter old = startOldKit(scene, kit);
            Move move = scene.start(target, APPROVED);
            scene.await(move, MoveState.READY);

            upgradeControllers(scene, probe, PreviousVersion.jars());
            restart(scene, PreviousVersion.jars(), List.of(target.value()));
            scene.rest().act(move.id(), "approve");
            scene.awaitRollbackReady(move);
            scene.rest().complete(move.id());
            scene.await(move, MoveState.COMPLETED);
            Takeover.assertServing(scene, target);
            assertNoErrors(old);
        }
    }

    /** One after the other, the one that leads last. */
    private static void upgradeControllers(Scene scene, TopologyProbe probe, Path jars) {
        String leader = probe.leader();
        Takeover.CONTROLLERS.stream()
                .filter(controller -> !controller.equals(leader))
                .forEach(controller -> restart(scene, jars, List.of(controller)));
        restart(scene, jars, List.of(leader));
        Waiting.until(
                "another one leads", Scene.MOVE_LIMIT, () -> !probe.leader().equals(leader));
    }
}
