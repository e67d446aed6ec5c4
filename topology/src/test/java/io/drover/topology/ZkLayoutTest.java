/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.InstanceId;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import org.junit.jupiter.api.Test;

class ZkLayoutTest {
    private static final MoveId MOVE = new MoveId("0123abcd-4567");

    @Test
    void pathsOfTheContractAreWordForWord() {
        ShardId shard = new ShardId("shard_01");
        assertThat(ZkLayout.shardTopology(shard)).hasToString("/topology/shard_01");
        assertThat(ZkLayout.participants(shard)).hasToString("/participants/shard_01");
        assertThat(ZkLayout.participant(shard, "web-1")).hasToString("/participants/shard_01/web-1");
        assertThat(ZkLayout.leaderEpoch()).hasToString("/leader-epoch");
        assertThat(ZkLayout.move(MOVE, Object.class)).hasToString("/moves/0123abcd-4567");
        assertThat(ZkLayout.node(new NodeId("node_a"))).hasToString("/nodes/node_a");
    }

    @Test
    void historyNumbersSortAsTextAndComeBack() {
        assertThat(ZkLayout.history(MOVE, 42)).hasToString("/moves/0123abcd-4567/history-0000000042");
        assertThat(ZkLayout.historyNumber(ZkLayout.history(MOVE, 42).name())).hasValue(42);
        assertThat(ZkLayout.historyNumber("something-else")).isEmpty();
        assertThatThrownBy(() -> ZkLayout.history(MOVE, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void locksOfInstancesAndNodesNeverMeet() {
        assertThat(ZkLayout.instanceLock(new InstanceId("7"))).hasToString("/locks/instance-7");
        assertThat(ZkLayout.nodeLock(new NodeId("7"))).hasToString("/locks/node-7");
    }

    @Test
    void anIdempotencyKeyMayHoldAnyText() {
        assertThat(ZkLayout.idempotency("../a/ü", Object.class).name()).matches("[0-9a-f]{64}");
    }
}
