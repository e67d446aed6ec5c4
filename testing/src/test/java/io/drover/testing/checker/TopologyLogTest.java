/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Json;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.testing.checker.Evidence.TopologyChange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.jute.Record;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.server.Request;
import org.apache.zookeeper.server.persistence.FileTxnLog;
import org.apache.zookeeper.txn.CreateTxn;
import org.apache.zookeeper.txn.SetDataTxn;
import org.apache.zookeeper.txn.TxnHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopologyLogTest {
    private static final String PATH = "/drover/topology/shard_01";
    private static final String OTHER = "/drover/other";
    /** Outlives a machine that stands still for a while. */
    private static final int SESSION_MILLIS = 60_000;

    @Test
    @SuppressWarnings("try") // closing a ZooKeeper may be interrupted
    void findsEveryTopologyAlsoInTransactionsOfSeveralWritesAndNoneThatWasRefused(@TempDir Path directory)
            throws Exception {
        SampleRun run = new SampleRun();
        List<ShardTopology> topologies = run.chain.stream()
                .map(change -> change.topology().orElseThrow())
                .toList();
        // port 0: one that is sought beforehand may be another's by the time the server takes it
        InstanceSpec spec = new InstanceSpec(directory.toFile(), 0, -1, -1, true, 1);
        CountDownLatch connected = new CountDownLatch(1);
        try (TestingServer server = new TestingServer(spec, true);
                ZooKeeper zooKeeper =
                        new ZooKeeper(server.getConnectString(), SESSION_MILLIS, event -> connected.countDown())) {
            assertThat(connected.await(30, TimeUnit.SECONDS)).isTrue();
            make(zooKeeper, "/drover", new byte[0]);
            make(zooKeeper, "/drover/topology", new byte[0]);
            make(zooKeeper, PATH, bytes(topologies.get(0)));
            make(zooKeeper, OTHER, new byte[0]);
            zooKeeper.setData(PATH, bytes(topologies.get(1)), -1);
            zooKeeper.multi(
                    List.of(Op.setData(OTHER, new byte[1], -1), Op.setData(PATH, bytes(topologies.get(2)), -1)));
            assertThat(isRefused(zooKeeper, topologies.get(3))).isTrue();
            zooKeeper.setData(PATH, bytes(topologies.get(3)), -1);
            zooKeeper.delete(PATH, -1);

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

    /** The leader of the first epoch is cut off with a proposal; the others go on, and it follows them with the proposal in its log. */
    @Test
    void aProposalThatNoMajorityHasTakenWasNeverInForce(@TempDir Path directory) throws Exception {
        List<ShardTopology> topologies = new SampleRun()
                .chain.stream().map(change -> change.topology().orElseThrow()).toList();
        long first = 1L << 32;
        long second = 2L << 32;
        List<Path> servers = List.of(directory.resolve("a"), directory.resolve("b"), directory.resolve("c"));
        for (Path server : servers) {
            boolean wasCutOff = server.equals(servers.get(0));
            FileTxnLog log = new FileTxnLog(Files.createDirectories(server).toFile());
            append(log, first + 1, new CreateTxn(PATH, bytes(topologies.get(0)), List.of(), false, 0));
            append(log, first + 2, new SetDataTxn(PATH, bytes(topologies.get(1)), 1));
            if (wasCutOff) {
                append(log, first + 3, new SetDataTxn(PATH, bytes(topologies.get(2)), 2));
            }
            append(log, second + 1, new SetDataTxn(PATH, bytes(topologies.get(3)), 2));
            log.commit();
            log.close();
        }

        assertThat(TopologyLog.read(servers, "/drover", new ShardId("shard_01")))
                .extracting(TopologyChange::zxid)
                .containsExactly(first + 1, first + 2, second + 1);
        assertThat(TopologyLog.read(servers.subList(0, 1), "/drover", new ShardId("shard_01")))
                .hasSize(4);
    }

    private static void append(FileTxnLog log, long zxid, Record transaction) throws Exception {
        int type = transaction instanceof CreateTxn ? OpCode.create : OpCode.setData;
        log.append(new Request(0, 0, type, new TxnHeader(1, 1, zxid, 1, type), transaction, zxid));
    }

    private static void make(ZooKeeper zooKeeper, String path, byte[] data) throws Exception {
        zooKeeper.create(path, data, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    private static boolean isRefused(ZooKeeper zooKeeper, ShardTopology topology) throws Exception {
        try {
            zooKeeper.multi(List.of(Op.setData(PATH, bytes(topology), -1), Op.check("/nothing", 0)));
            return false;
        } catch (KeeperException e) {
            return true;
        }
    }

    private static byte[] bytes(ShardTopology topology) throws Exception {
        return Json.mapper().writeValueAsBytes(topology);
    }
}
