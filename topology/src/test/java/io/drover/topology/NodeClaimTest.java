/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static io.drover.topology.TestingZooKeeper.until;
import static io.drover.topology.TopologyStoreTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ErrorCode;
import io.drover.api.NodeId;
import java.time.Duration;
import java.util.function.Predicate;
import org.apache.curator.test.KillSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeClaimTest {
    private static final NodeId NODE = new NodeId("node_a");
    private static final Duration NOT_LONG = Duration.ofMillis(300);
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final AgentMark FIRST = mark("10.0.0.1", 100);
    private static final AgentMark CLONE = mark("10.0.0.9", 100);

    private TestingZooKeeper zooKeeper;
    private NodeRegistry controllers;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingZooKeeper();
        controllers = new NodeRegistry(zooKeeper.connect());
    }

    @AfterEach
    void stop() throws Exception {
        zooKeeper.close();
    }

    private static AgentMark mark(String host, long pid) {
        return new AgentMark(NODE, host, "http://" + host + ":8090", new AgentMark.Origin("machine " + host, pid, 7));
    }

    private static boolean nobodyHasEnded(AgentMark mark) {
        return false;
    }

    private NodeClaim claim(AgentMark mark, Predicate<AgentMark> hasEnded) {
        return new NodeRegistry(zooKeeper.connect()).claim(mark, hasEnded);
    }

    private String registered() {
        return controllers.find(NODE).orElseThrow().agent();
    }

    @Test
    void aSecondAgentOfTheSameNodeIsRefusedAndHasWrittenNothing() {
        try (NodeClaim first = claim(FIRST, NodeClaimTest::nobodyHasEnded)) {
            first.take(NOT_LONG, CONNECT);
            NodeClaim clone = claim(CLONE, NodeClaimTest::nobodyHasEnded);

            assertRefused(ErrorCode.IDENTITY_MISMATCH, () -> clone.take(NOT_LONG, CONNECT));

            assertThat(clone.refusal())
                    .hasValueSatisfying(why -> assertThat(why).contains("node_a", "http://10.0.0.1:8090"));
            assertThat(registered()).isEqualTo("http://10.0.0.1:8090");
            assertThat(first.refusal()).isEmpty();
            clone.close();
            assertThat(controllers.alive(NODE))
                    .as("closing one that is not held")
                    .isTrue();
        }
        until(() -> !controllers.alive(NODE));
    }

    @Test
    void whoComesAfterwardsFindsTheNodeFreeAndIsRegistered() {
        try (NodeClaim first = claim(FIRST, NodeClaimTest::nobodyHasEnded)) {
            first.take(NOT_LONG, CONNECT);
        }
        try (NodeClaim next = claim(CLONE, NodeClaimTest::nobodyHasEnded)) {
            next.take(NOT_LONG, CONNECT);
            assertThat(registered()).isEqualTo("http://10.0.0.9:8090");
            assertThat(controllers.alive(NODE)).isTrue();
        }
    }

    @Test
    void aPredecessorThatIsKnownToHaveEndedNeedNotTimeOut() {
        NodeClaim killed = claim(FIRST, NodeClaimTest::nobodyHasEnded);
        killed.take(NOT_LONG, CONNECT);
        AgentMark restarted = mark("10.0.0.1", 200);
        try (NodeClaim next = claim(restarted, FIRST::equals)) {
            next.take(NOT_LONG, CONNECT);
            assertThat(next.refusal()).isEmpty();
        }
    }

    @Test
    void anOwnSessionThatWasLostIsNobodyElse() throws Exception {
        ZooKeeperClient client = zooKeeper.connect();
        try (NodeClaim claim = new NodeRegistry(client).claim(FIRST, NodeClaimTest::nobodyHasEnded)) {
            claim.take(NOT_LONG, CONNECT);
            long old = client.sessionId();
            KillSession.kill(((CuratorClient) client).handle());
            until(() -> client.sessionId() != old && client.isConnected());
            until(() -> controllers.alive(NODE));
            assertThat(claim.refusal()).isEmpty();
        }
    }

    /** As an agent of an earlier version keeps it. */
    @Test
    void oneThatDoesNotSayWhoItIsIsWaitedForUntilItGoes() throws Exception {
        try (NodeClaim claim = claim(CLONE, NodeClaimTest::nobodyHasEnded)) {
            try (Watch older = new NodeRegistry(zooKeeper.connect())
                    .register(new NodeRecord(NODE, "10.0.0.1", "http://10.0.0.1:8090"))) {
                until(() -> controllers.alive(NODE));
                assertThat(older).isNotNull();
                assertRefused(ErrorCode.IDENTITY_MISMATCH, () -> claim.take(NOT_LONG, CONNECT));
            }
            claim.take(NOT_LONG, CONNECT);
            assertThat(registered()).isEqualTo("http://10.0.0.9:8090");
        }
    }

    /** An agent looks after its instances also while ZooKeeper is away (rule R8). */
    @Test
    void doesNotWaitLongForAZooKeeperThatIsAway() {
        ZooKeeperClient away = zooKeeper.begin(1);
        NodeClaim claim = new NodeRegistry(away).claim(CLONE, NodeClaimTest::nobodyHasEnded);

        claim.take(NOT_LONG, Duration.ofMillis(50));

        assertThat(claim.refusal()).as("nobody could be asked").isEmpty();
    }
}
