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
import java.util.concurrent.CountDownLatch;
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
            CountDownLatch frozen = new CountDownLatch(1);
            Runnable freeze = () -> {
                scene.cluster().freeze(ZOOKEEPER);
                frozen.countDown();
            };
            Move move;
            if (state == TopologyState.FENCED) {
                move = scene.startAndAtTheFence(target, "", probe, freeze);
            } else {
                probe.onNext(state, freeze);
                move = scene.start(target, "");
            }
            try {
                // thawed before it is frozen, it would stay so
                Waiting.until("it is away in " + state, Scene.MOVE_LIMIT, () -> frozen.getCount() == 0);
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
