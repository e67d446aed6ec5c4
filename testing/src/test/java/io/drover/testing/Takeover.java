/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.MoveProbe;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Kills the leading controller in a given moment. That it died in that very moment is read from ZooKeeper before another can lead. */
final class Takeover {
    static final List<String> CONTROLLERS = List.of("c1", "c2");
    private static final Duration TAKEOVER_LIMIT = Duration.ofMinutes(3);

    private Takeover() {}

    /** Kills it in a state of the move in which the shard serves: before the fence, or behind the switch. */
    static void killLeaderIn(Scene scene, TopologyProbe probe, MoveProbe stored, MoveState state) {
        killLeaderWhen(scene, probe, () -> stored.state() == state && probe.stored() == TopologyState.SERVING);
    }

    /** The session of a dead leader lasts for seconds, in which nobody leads: what is stored right after its death stays so. */
    static void killLeaderWhen(Scene scene, TopologyProbe probe, BooleanSupplier moment) {
        Waiting.until("the moment to die", Scene.MOVE_LIMIT, moment);
        String leader = probe.leader();
        scene.cluster().kill(leader);
        assertThat(moment.getAsBoolean()).as("it died in that moment").isTrue();
        Waiting.until(
                "another controller than " + leader + " leads",
                TAKEOVER_LIMIT,
                () -> !probe.leader().equals(leader));
        scene.cluster().restart(leader);
    }

    static String slots(Scene scene, NodeId node) {
        return scene.cluster().psql(node).run(LocalCluster.DATABASE, "select slot_name from pg_replication_slots");
    }

    static void assertServing(Scene scene, NodeId node) {
        scene.cluster().waitHealthy();
        scene.awaitWrites(50);
        assertThat(scene.topology().state()).isEqualTo(TopologyState.SERVING);
        assertThat(scene.topology().primary().node()).isEqualTo(node);
    }
}
