/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Json;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.testing.checker.Evidence.TopologyChange;
import java.nio.file.Path;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.KeeperException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopologyLogTest {
    private static final String PATH = "/drover/topology/shard_01";

    @Test
    void findsEveryTopologyAlsoInTransactionsOfSeveralWritesAndNoneThatWasRefused(@TempDir Path directory)
            throws Exception {
        SampleRun run = new SampleRun();
        List<ShardTopology> topologies = run.chain.stream()
                .map(change -> change.topology().orElseThrow())
                .toList();
        InstanceSpec spec = new InstanceSpec(directory.toFile(), -1, -1, -1, true, 1);
        try (TestingServer server = new TestingServer(spec, true);
                CuratorFramework curator =
                        CuratorFrameworkFactory.newClient(server.getConnectString(), new RetryOneTime(100))) {
            curator.start();
            curator.create().creatingParentsIfNeeded().forPath(PATH, bytes(topologies.get(0)));
            curator.create().forPath("/drover/other", "{}".getBytes(UTF_8));
            curator.setData().forPath(PATH, bytes(topologies.get(1)));
            curator.transaction()
                    .forOperations(
                            curator.transactionOp().setData().forPath("/drover/other", "{}".getBytes(UTF_8)),
                            curator.transactionOp().setData().forPath(PATH, bytes(topologies.get(2))));
            assertThat(refused(curator, topologies.get(3))).isTrue();
            curator.setData().forPath(PATH, bytes(topologies.get(3)));
            curator.delete().forPath(PATH);

            List<TopologyChange> found =
                    TopologyLog.read(List.of(directory.resolve("version-2")), "/drover", new ShardId("shard_01"));

            assertThat(found).hasSize(5);
            assertThat(found.subList(0, 4))
                    .extracting(change -> change.topology().orElseThrow().state())
                    .containsExactly(
                            TopologyState.SERVING,
                            TopologyState.FENCED,
                            TopologyState.PROMOTING,
                            TopologyState.SERVING);
            assertThat(found.get(4).topology()).isEmpty();
            assertThat(found).extracting(TopologyChange::zxid).isSorted();
        }
    }

    private static boolean refused(CuratorFramework curator, ShardTopology topology) throws Exception {
        try {
            curator.transaction()
                    .forOperations(
                            curator.transactionOp().setData().forPath(PATH, bytes(topology)),
                            curator.transactionOp().check().forPath("/nothing"));
            return false;
        } catch (KeeperException e) {
            return true;
        }
    }

    private static byte[] bytes(ShardTopology topology) throws Exception {
        return Json.mapper().writeValueAsBytes(topology);
    }
}
