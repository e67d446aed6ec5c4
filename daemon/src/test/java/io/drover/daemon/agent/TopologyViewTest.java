/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.TopologyState;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopologyViewTest {
    private static final InstanceId ONE = new InstanceId("1");
    private static final InstanceId TWO = new InstanceId("2");

    private final List<String> changes = new ArrayList<>();
    private final TopologyView view = new TopologyView(new TopologyView.OnChange() {
        @Override
        public void topology(InstanceId instance) {
            changes.add(instance.value());
        }

        @Override
        public void connection() {
            changes.add("connection");
        }
    });

    private static Versioned<ShardTopology> topology(String shard, InstanceId instance, long epoch) {
        return new Versioned<>(
                new ShardTopology(
                        1,
                        new ShardId(shard),
                        instance,
                        new FenceEpoch(epoch),
                        TopologyState.SERVING,
                        "app",
                        new Endpoint(new NodeId("node_a"), "127.0.0.1", 5433),
                        List.of(),
                        null,
                        null),
                0,
                1,
                epoch,
                Instant.EPOCH);
    }

    @Test
    void tellsTheNewestOfAnInstanceInTheOrderOfItsShards() {
        view.changed(topology("b", ONE, 1));
        view.changed(topology("c", TWO, 1));
        view.changed(topology("a", ONE, 1));
        view.changed(topology("b", ONE, 2));
        assertThat(view.seen(ONE)).containsExactly(topology("a", ONE, 1), topology("b", ONE, 2));
        assertThat(view.seen(TWO)).containsExactly(topology("c", TWO, 1));
        assertThat(view.seen(new InstanceId("3"))).isEmpty();
        assertThat(changes).containsExactly("1", "2", "1", "1");
    }

    @Test
    void aShardThatIsGoneOrLiesElsewhereIsNotSeenAnyMore() {
        view.changed(topology("a", ONE, 1));
        view.changed(topology("b", ONE, 1));
        view.changed(topology("c", ONE, 1));
        view.absent(new ShardId("a"));
        view.wentBack(topology("b", ONE, 0));
        view.changed(topology("c", TWO, 2));
        assertThat(view.seen(ONE)).isEmpty();
        assertThat(view.seen(TWO)).containsExactly(topology("c", TWO, 2));
        assertThat(view.seen()).containsExactly(topology("c", TWO, 2));
        // of both instances in the end
        assertThat(changes).containsExactly("1", "1", "1", "1", "1", "1", "2");
    }

    @Test
    void aChangeOfTheConnectionConcernsAll() {
        view.connection(TopologyWatcher.Connection.SUSPENDED);
        assertThat(view.connected()).isFalse();
        view.connection(TopologyWatcher.Connection.RECONNECTED);
        assertThat(view.connected()).isTrue();
        assertThat(changes).containsExactly("connection", "connection");
    }
}
