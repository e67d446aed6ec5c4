/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** ZooKeeper goes away in the pause for longer than every session lasts, and comes back. */
class ZooKeeperAwayIT {
    private static final String ZOOKEEPER = "zookeeper";
    /** The controllers' sessions last 3 s. */
    private static final Duration AWAY = Duration.ofSeconds(6);

    @ParameterizedTest
    @EnumSource(names = {"FENCED", "PROMOTING"})
    void theMoveIsFinishedOrUndoneWhenZooKeeperIsBack(TopologyState state) throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            probe.onNext(state, () -> scene.cluster().freeze(ZOOKEEPER));
            Move move = scene.start(target, "");
            try {
                Waiting.until(
                        "it is " + state, Scene.MOVE_LIMIT, () -> probe.seen().contains(state));
                Waiting.pause(AWAY);
            } finally {
                scene.cluster().thaw(ZOOKEEPER);
            }
            scene.cluster().waitHealthy();
            Move ended = scene.awaitRollbackReadyOrUndone(move);
            scene.awaitWrites(50);
            assertThat(scene.topology().state()).isEqualTo(TopologyState.SERVING);
            assertThat(scene.primary()).isEqualTo(ended.state() == MoveState.BAKING ? target : source);
            if (state == TopologyState.PROMOTING) {
                assertThat(ended.state()).as("behind the point of no return").isEqualTo(MoveState.BAKING);
            }
        }
    }
}
