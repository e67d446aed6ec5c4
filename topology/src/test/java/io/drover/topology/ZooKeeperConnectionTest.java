/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static io.drover.topology.TestingZooKeeper.SHARD;
import static io.drover.topology.TestingZooKeeper.awaitRoots;
import static io.drover.topology.TestingZooKeeper.publish;
import static io.drover.topology.TestingZooKeeper.serving;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveId;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ZooKeeperConnectionTest {
    @Test
    void returnsWithoutZooKeeperAndIsReadyWhenItComes() throws Exception {
        try (TestingZooKeeper zooKeeper = new TestingZooKeeper()) {
            zooKeeper.server().stop();
            ZooKeeperClient client = zooKeeper.begin(zooKeeper.server().getPort());
            assertThat(client.isConnected()).isFalse();

            zooKeeper.server().restart();

            awaitRoots(client);
            assertThat(publish(client, serving(SHARD, 1)).version()).isZero();
        }
    }

    @Test
    void historyIsReadInOrderAfterANumber() throws Exception {
        try (TestingZooKeeper zooKeeper = new TestingZooKeeper()) {
            ZooKeeperClient client = zooKeeper.connect();
            MoveId move = MoveId.random();
            AtomicWrite write =
                    new AtomicWrite(new ZkCalls(client)).create(ZkLayout.move(move, String.class), "record");
            for (int number = 1; number <= 12; number++) {
                write.create(
                        ZkLayout.history(move, number),
                        new Move.HistoryEntry(number, Instant.EPOCH, 10, "event", null));
            }
            write.commit();

            DocumentStore documents = new DocumentStore(client);
            assertThat(documents.history(move, 9))
                    .extracting(Move.HistoryEntry::number)
                    .containsExactly(10L, 11L, 12L);
            assertThat(documents.history(move, 0)).hasSize(12);
            assertThat(documents.history(MoveId.random(), 0)).isEmpty();
            assertThat(documents.children(ZkLayout.moves(String.class))).containsExactly(move.value());
        }
    }
}
