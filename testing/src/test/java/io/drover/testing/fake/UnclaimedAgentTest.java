/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Json;
import io.drover.api.MoveId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Fence;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An agent that does not hold the claim of its node, as that of a cloned machine: it has the grant on its disk, and reads what its original reads. */
final class UnclaimedAgentTest {
    /** Longer than an agent takes to start a dead server, to lower a fence or to promote. */
    private static final Duration A_WHILE = Duration.ofSeconds(4);

    private final AtomicBoolean held = new AtomicBoolean();
    private final MiniCluster cluster = MiniCluster.withShard();

    @BeforeEach
    void grant() {
        cluster.await("the grant is on the disk", () -> granted() > 0);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private long granted() {
        FakeStateFiles files = requireNonNull(cluster.files.get(A), "no agent of " + A + " has run");
        try {
            return Json.mapper()
                    .readTree(files.read(cluster.instance() + ".json"))
                    .path("grantEpoch")
                    .asLong();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The machine loses its power, or its copy has not been started yet. */
    private void loseServer() {
        cluster.killAgent(A);
        cluster.world.mishaps().powerOff(A.value());
        assertThat(cluster.writable()).isEmpty();
    }

    @Test
    void startsNoPrimaryBecauseZooKeeperNamesItsNode() throws InterruptedException {
        loseServer();
        cluster.startAgentAlone(A, held::get);

        Waiting.pause(A_WHILE);
        assertThat(cluster.writable()).isEmpty();

        held.set(true);
        cluster.await("it has the claim now", () -> cluster.writable().contains(A.value()));
    }

    /** Rule R8: nobody can be asked, and the last grant counts. */
    @Test
    void startsAPrimaryWhileNobodyCanBeAskedAndStopsItWhenItHasToLeave() {
        loseServer();
        cluster.zooKeeper.stop();
        cluster.startAgentAlone(A, held::get);
        cluster.await("by the last grant", () -> cluster.writable().contains(A.value()));
        cluster.zooKeeper.start();

        cluster.agent(A).leave();

        assertThat(cluster.writable()).isEmpty();
    }

    @Test
    void stopsNothingThatItHasNotStartedWhenItHasToLeave() throws InterruptedException {
        cluster.killAgent(A);
        cluster.startAgentAlone(A, held::get);
        Waiting.pause(Duration.ofSeconds(1));

        cluster.agent(A).leave();

        assertThat(cluster.writable()).containsExactly(A.value());
    }

    /** That is for the one agent of the node to do; a clone has sealed nothing. */
    @Test
    void lowersNoFenceThatIsAbandoned() throws InterruptedException {
        cluster.killAgent(A);
        cluster.killController();
        cluster.topologies.swap(
                List.of(cluster.topologies.read(MiniCluster.SHARD).orElseThrow()), UnclaimedAgentTest::fenced);
        cluster.startAgentAlone(A, held::get);

        Waiting.pause(A_WHILE);
        assertThat(cluster.topology().state()).isEqualTo(TopologyState.FENCED);

        held.set(true);
        cluster.await("it is this agent's now", () -> cluster.topology().state() == TopologyState.SERVING);
    }

    private static ShardTopology fenced(ShardTopology serving) {
        return new ShardTopology(
                serving.v(),
                serving.shard(),
                serving.instance(),
                serving.epoch().next(),
                TopologyState.FENCED,
                serving.database(),
                serving.primary(),
                serving.replicas(),
                new MoveId("1a2b3c4d-0000"),
                new Fence(Instant.now(), 300));
    }
}
