/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static io.drover.topology.TestingZooKeeper.SHARD;
import static io.drover.topology.TestingZooKeeper.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.FenceEpoch;
import io.drover.api.Participant;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An application with many shards has one session. */
class SharedConnectionsTest {
    private static final Duration SESSION = Duration.ofSeconds(10);

    private final AtomicInteger opened = new AtomicInteger();
    private TestingZooKeeper zooKeeper;
    private SharedConnections connections;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingZooKeeper();
        connections = new SharedConnections(settings -> {
            opened.incrementAndGet();
            return zooKeeper.connect();
        });
    }

    @AfterEach
    void stop() throws Exception {
        zooKeeper.close();
    }

    private ZooKeeperClient share(String connect) {
        return connections.share(ZooKeeperSettings.open(connect, SESSION));
    }

    @Test
    void whoeverWantsTheSameSharesASession() {
        try (ZooKeeperClient one = share("zk:2181/drover");
                ZooKeeperClient other = share("zk:2181/drover");
                ZooKeeperClient elsewhere = share("zk:2181/other")) {
            assertThat(one.sessionId()).isNotZero().isEqualTo(other.sessionId());
            assertThat(elsewhere.sessionId()).isNotEqualTo(one.sessionId());
            assertThat(opened).hasValue(2);
        }
    }

    @Test
    void theSessionEndsWithTheLast() {
        ZooKeeperClient one = share("zk:2181/drover");
        ZooKeeperClient other = share("zk:2181/drover");
        one.close();
        one.close();
        assertThat(one.isOpen()).isFalse();
        assertThat(other.isOpen()).isTrue();
        assertThat(other.isConnected()).isTrue();
        other.close();
        assertThat(other.isConnected()).isFalse();
        try (ZooKeeperClient next = share("zk:2181/drover")) {
            assertThat(next.isOpen()).isTrue();
            assertThat(opened).hasValue(2);
        }
    }

    @Test
    void whoeverLeavesTakesItsZnodeAlongAndNoOther() {
        ParticipantStore controller = new ParticipantStore(zooKeeper.connect());
        controller.ensure(SHARD);
        Participant participant = new Participant(1, "web", "127.0.0.1", new FenceEpoch(0), false);
        try (ZooKeeperClient staying = share("zk:2181/drover");
                Registration stays = new ParticipantStore(staying).register(SHARD, "web-1", participant)) {
            ZooKeeperClient leaving = share("zk:2181/drover");
            Registration leaves = new ParticipantStore(leaving).register(SHARD, "web-2", participant);
            assertThat(leaves.session()).isEqualTo(stays.session());
            assertThat(controller.list(SHARD)).containsOnlyKeys("web-1", "web-2");
            leaves.close();
            leaving.close();
            until(() -> controller.list(SHARD).keySet().equals(Set.of("web-1")));
            assertThat(stays.current()).isTrue();
        }
    }
}
