/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static io.drover.topology.TestingZooKeeper.until;
import static io.drover.topology.TopologyStoreTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.curator.test.KillSession;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeClaimTest {
    private static final NodeId NODE = new NodeId("node_a");
    private static final Duration NOT_LONG = Duration.ofMillis(300);
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final AgentMark FIRST = mark("10.0.0.1", 100);
    private static final AgentMark CLONE = mark("10.0.0.9", 100);

    private static final NodeClaim.Listener SILENT = new NodeClaim.Listener() {};

    /** What a claim tells, in order. */
    private static final class Told implements NodeClaim.Listener {
        private final List<String> words = new CopyOnWriteArrayList<>();

        @Override
        public void refused(String why, boolean lasts) {
            words.add(lasts ? "for good" : "refused");
        }

        @Override
        public void held() {
            words.add("held");
        }
    }

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

    private void stopServer() {
        try {
            zooKeeper.server().stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String registered() {
        return controllers.find(NODE).orElseThrow().agent();
    }

    @Test
    void aSecondAgentOfTheSameNodeIsRefusedAndHasWrittenNothing() {
        try (NodeClaim first = claim(FIRST, NodeClaimTest::nobodyHasEnded)) {
            first.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);
            NodeClaim clone = claim(CLONE, NodeClaimTest::nobodyHasEnded);

            assertRefused(ErrorCode.IDENTITY_MISMATCH, () -> clone.take(NOT_LONG, NOT_LONG, CONNECT, SILENT));

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
            first.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);
        }
        try (NodeClaim next = claim(CLONE, NodeClaimTest::nobodyHasEnded)) {
            assertThat(next.take(NOT_LONG, NOT_LONG, CONNECT, SILENT)).isTrue();
            assertThat(registered()).isEqualTo("http://10.0.0.9:8090");
            assertThat(controllers.alive(NODE)).isTrue();
        }
    }

    @Test
    void aPredecessorThatIsKnownToHaveEndedNeedNotTimeOut() {
        NodeClaim killed = claim(FIRST, NodeClaimTest::nobodyHasEnded);
        killed.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);
        AgentMark restarted = mark("10.0.0.1", 200);
        try (NodeClaim next = claim(restarted, FIRST::equals)) {
            next.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);
            assertThat(next.refusal()).isEmpty();
        }
    }

    @Test
    void anOwnSessionThatWasLostIsNobodyElse() throws Exception {
        ZooKeeperClient client = zooKeeper.connect();
        try (NodeClaim claim = new NodeRegistry(client).claim(FIRST, NodeClaimTest::nobodyHasEnded)) {
            claim.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);
            long old = client.sessionId();
            KillSession.kill(((CuratorClient) client).handle());
            until(() -> client.sessionId() != old && client.isConnected());
            until(() -> controllers.alive(NODE));
            assertThat(claim.refusal()).isEmpty();
        }
    }

    /** Whatever comes behind the refusal: a connection that is lost, or another error. */
    @Test
    void aRefusalHoldsUntilTheClaimIsHeld() throws Exception {
        try (NodeClaim first = claim(FIRST, NodeClaimTest::nobodyHasEnded)) {
            first.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);
            AtomicInteger looks = new AtomicInteger();
            NodeClaim failing = claim(CLONE, mark -> {
                if (looks.getAndIncrement() > 0) {
                    throw new DroverException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "lost");
                }
                return false;
            });
            assertRefused(ErrorCode.IDENTITY_MISMATCH, () -> failing.take(NOT_LONG, NOT_LONG, CONNECT, SILENT));
            assertThat(looks).hasValueGreaterThan(1);

            ZooKeeperClient own = zooKeeper.connect();
            NodeClaim cutOff = new NodeRegistry(own).claim(CLONE, mark -> {
                stopServer();
                until(() -> !own.isConnected());
                return false;
            });
            assertRefused(ErrorCode.IDENTITY_MISMATCH, () -> cutOff.take(NOT_LONG, NOT_LONG, CONNECT, SILENT));
        }
    }

    /** Of what nobody can read nobody knows whose it is: it is waited for, not followed and not written over. */
    @Test
    void aClaimThatNobodyCanReadIsNotTakenAway() throws Exception {
        ZooKeeper handle = ((CuratorClient) zooKeeper.connect()).handle();
        String path = ZkLayout.nodeClaim(NODE).path();
        for (String text : List.of(
                "",
                "null",
                "{}",
                "{\"id\":\"node_a\",\"host\":\"h1,h2\",\"agent\":\"http://a:1\",\"origin\":null}",
                "{\"id\":\"node_a\",\"host\":\"10.0.0.1\",\"agent\":\"file:///etc/passwd\",\"origin\":null}",
                "{\"id\":\"../a\",\"host\":\"10.0.0.1\",\"agent\":\"http://a:1\",\"origin\":null}",
                "{\"id\":\"node_b\",\"host\":\"10.0.0.1\",\"agent\":\"http://a:1\",\"origin\":null}")) {
            try (NodeClaim claim = claim(CLONE, mark -> true)) {
                controllers.keepRecord(new NodeRecord(NODE, "10.0.0.1", "http://10.0.0.1:8090"), true);
                handle.create(
                        path, text.getBytes(StandardCharsets.UTF_8), ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);

                assertRefused(ErrorCode.IDENTITY_MISMATCH, () -> claim.take(NOT_LONG, NOT_LONG, CONNECT, SILENT));

                assertThat(claim.refusal())
                        .hasValueSatisfying(why -> assertThat(why).contains("does not say who"));
                assertThat(new String(handle.getData(path, false, null), StandardCharsets.UTF_8))
                        .isEqualTo(text);
                assertThat(registered()).as(text).isEqualTo("http://10.0.0.1:8090");
                handle.delete(path, -1);
                claim.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);
                until(() -> registered().equals("http://10.0.0.9:8090"));
            }
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
                assertRefused(ErrorCode.IDENTITY_MISMATCH, () -> claim.take(NOT_LONG, NOT_LONG, CONNECT, SILENT));
            }
            claim.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);
            assertThat(registered()).isEqualTo("http://10.0.0.9:8090");
        }
    }

    /** An agent looks after its instances also while ZooKeeper is away (rule R8). */
    @Test
    void doesNotWaitLongForAZooKeeperThatIsAway() {
        ZooKeeperClient away = zooKeeper.begin(1);
        NodeClaim claim = new NodeRegistry(away).claim(CLONE, NodeClaimTest::nobodyHasEnded);

        assertThat(claim.take(NOT_LONG, NOT_LONG, Duration.ofMillis(50), SILENT))
                .isFalse();

        assertThat(claim.refusal()).as("nobody could be asked").isEmpty();
    }

    /** ZooKeeper is there: one request that fails is no reason to begin without the claim. */
    @Test
    void aRequestThatFailsIsTriedAgainAndThenRefused() {
        try (NodeClaim first = claim(FIRST, NodeClaimTest::nobodyHasEnded)) {
            first.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);
            AtomicInteger looks = new AtomicInteger();
            NodeClaim clone = claim(CLONE, mark -> {
                if (looks.getAndIncrement() == 0) {
                    throw new DroverException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "an election");
                }
                return false;
            });

            assertRefused(ErrorCode.IDENTITY_MISMATCH, () -> clone.take(NOT_LONG, NOT_LONG, CONNECT, SILENT));
            assertThat(clone.isHeld()).isFalse();
            assertThat(first.isHeld()).isTrue();
        }
    }

    /** One that is tried as long as it may be, in vain, is not held; the agent goes on without it. */
    @Test
    void aZooKeeperThatIsThereAndAnswersNothingIsTriedForTheWholeTime() {
        try (NodeClaim first = claim(FIRST, NodeClaimTest::nobodyHasEnded)) {
            first.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);
            AtomicInteger looks = new AtomicInteger();
            NodeClaim mute = claim(CLONE, mark -> {
                looks.incrementAndGet();
                throw new DroverException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "no answer");
            });

            assertThat(mute.take(NOT_LONG, NOT_LONG, CONNECT, SILENT)).isFalse();
            assertThat(looks).hasValueGreaterThan(2);
            assertThat(mute.isHeld()).isFalse();
            mute.close();
        }
    }

    /** As the last session of a machine that has lost its power: it times out. */
    @Test
    void whoIsRefusedByAnotherThatGoesHasTheClaimAndIsToldOnceOfBoth() {
        NodeClaim first = claim(FIRST, NodeClaimTest::nobodyHasEnded);
        first.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);
        Told told = new Told();
        NodeClaim next = claim(CLONE, mark -> {
            if (told.words.size() > 1) {
                first.close();
            }
            return false;
        });

        assertThat(next.take(NOT_LONG, CONNECT, CONNECT, told)).isTrue();

        assertThat(told.words).startsWith("refused").endsWith("held").doesNotContain("for good");
        assertThat(next.isHeld()).isTrue();
        assertThat(next.refusal()).as("the node's health").isEmpty();
        next.close();
        assertThat(next.isHeld()).isFalse();
    }

    @Test
    void whoIsRefusedByOneThatLivesIsToldThatItIsForGood() {
        try (NodeClaim first = claim(FIRST, NodeClaimTest::nobodyHasEnded)) {
            first.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);
            Told told = new Told();
            NodeClaim clone = claim(CLONE, NodeClaimTest::nobodyHasEnded);

            assertRefused(ErrorCode.IDENTITY_MISMATCH, () -> clone.take(NOT_LONG, NOT_LONG, CONNECT, told));

            assertThat(told.words).startsWith("refused").endsWith("for good");
        }
    }

    /** It began because nobody could be asked (rule R8), and is told when ZooKeeper is back. */
    @Test
    void whoBeganWithoutZooKeeperIsToldLaterThatAnotherHasTheNode() throws Exception {
        try (NodeClaim first = claim(FIRST, NodeClaimTest::nobodyHasEnded)) {
            first.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);
            ZooKeeperClient own = zooKeeper.connect();
            zooKeeper.server().stop();
            until(() -> !own.isConnected());
            Told told = new Told();
            try (NodeClaim clone = new NodeRegistry(own).claim(CLONE, NodeClaimTest::nobodyHasEnded)) {
                assertThat(clone.take(NOT_LONG, NOT_LONG, Duration.ofMillis(50), told))
                        .isFalse();
                assertThat(told.words).isEmpty();

                zooKeeper.server().restart();

                until(() -> told.words.contains("for good"));
                assertThat(told.words.get(0)).isEqualTo("refused");
                assertThat(clone.isHeld()).isFalse();
            }
            until(first::isHeld);
        }
    }

    /** A ZooKeeper that has begun anew gives the session of an agent that has ended its time again: that is no sign of life. */
    @Test
    void aRefusalIsNotForGoodAcrossAConnectionThatBroke() throws Exception {
        NodeClaim dead = claim(FIRST, NodeClaimTest::nobodyHasEnded);
        dead.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);
        RefusedFor refusedFor = new RefusedFor(zooKeeper.connect());
        refusedFor.watch(Duration.ZERO);
        refusedFor.begin();
        assertThat(refusedFor.lasts()).isTrue();

        zooKeeper.server().stop();

        until(() -> !refusedFor.lasts());
        refusedFor.close();
    }

    /** An agent that had its node and lost it, to a clone that came while its session had expired, looks after its instances all the same. */
    @Test
    void whoHasHeldTheClaimIsNotToldToEnd() throws Exception {
        ZooKeeperClient client = zooKeeper.connect();
        Told told = new Told();
        try (NodeClaim original = new NodeRegistry(client).claim(FIRST, NodeClaimTest::nobodyHasEnded);
                NodeClaim clone = claim(CLONE, mark -> true)) {
            original.take(NOT_LONG, NOT_LONG, CONNECT, told);
            clone.take(NOT_LONG, NOT_LONG, CONNECT, SILENT);

            zooKeeper.expire(client);

            until(() -> original.refusal().isPresent());
            assertThat(told.words).containsOnly("held");
            assertThat(original.isHeld()).isFalse();
            assertThat(clone.isHeld()).isTrue();
        }
    }
}
