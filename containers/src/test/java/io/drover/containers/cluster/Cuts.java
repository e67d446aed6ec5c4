/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** No packet passes between two hosts for a time: in the pause, where it hurts most, and while the copy is made. */
final class Cuts {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Duration AWAY = Duration.ofSeconds(12);
    private static final String LONG_PAUSE = ", \"maxWritePause\": \"30s\", \"drainTimeout\": \"3s\"";

    private Cuts() {}

    static List<Case> cases() {
        return List.of(
                cut("source-target", InCi.SECOND_TURN, Scene::source, Scene::target),
                cut("leader-source", InCi.NEVER, Scene::leader, Scene::source),
                cut("leader-target", InCi.NEVER, Scene::leader, Scene::target),
                cut("load-source", InCi.NEVER, scene -> "load", Scene::source),
                cut("load-target", InCi.NEVER, scene -> "load", Scene::target),
                cut("source-third", InCi.NEVER, Scene::source, Scene::third),
                cut("target-third", InCi.NEVER, Scene::target, Scene::third));
    }

    private static Case cut(String pair, InCi inCi, Function<Scene, String> one, Function<Scene, String> other) {
        return Case.harsh("partition-" + pair, inCi, scene -> {
            String first = one.apply(scene);
            String second = other.apply(scene);
            if (first.equals("load") && second.equals(scene.target())) {
                // they are cut off from the new primary, and held back before; that they write later is waited for
                scene.leastAcked(0);
            }
            AutoCloseable slow = scene.watch().slowParticipant();
            try (slow) {
                MoveId move = scene.startMove(LONG_PAUSE);
                scene.watch().await(TopologyState.FENCED, SOON);
                Fault cut = Fault.partition(scene.installation(), first, second);
                try (cut) {
                    scene.fault(
                            "partition between " + first + " and " + second,
                            scene.watch().last().state() == TopologyState.FENCED);
                    Waiting.pause(AWAY);
                }
                scene.await(move, MoveState.BAKING, MoveState.ABORTED);
                return move;
            }
        });
    }
}
