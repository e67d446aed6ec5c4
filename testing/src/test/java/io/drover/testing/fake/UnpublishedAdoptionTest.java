/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.MiniCluster.PORT;
import static io.drover.testing.fake.MiniCluster.SHARD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.testing.cluster.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An adoption that is refused behind the agent's answer leaves a record on the node. Whoever stops the server then has his reasons. */
final class UnpublishedAdoptionTest {
    private static final Duration A_WHILE = Duration.ofSeconds(4);

    private final MiniCluster cluster = new MiniCluster();

    @BeforeEach
    void start() {
        cluster.startAgent(A);
        cluster.startController();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    /** The second look is the one behind the agent's answer. */
    private void refuseToPublish() {
        AtomicInteger looks = new AtomicInteger();
        Consumer<List<ShardId>> allowed = shards -> {
            if (looks.incrementAndGet() > 1) {
                throw new DroverException(ErrorCode.FORBIDDEN, "not that one");
            }
        };
        assertThatThrownBy(() ->
                        cluster.control().shards().adopt(SHARD, new ShardAdoption(A, null, PORT, "app", true), allowed))
                .hasMessage("not that one");
        assertThat(cluster.writable()).containsExactly(A.value());
    }

    @Test
    void aServerThatItsOwnerStopsStaysDown() throws InterruptedException {
        refuseToPublish();

        cluster.world.mishaps().kill(A.value(), PORT);

        Waiting.pause(A_WHILE);
        assertThat(cluster.writable()).isEmpty();
    }

    @Test
    void alsoWhenTheAgentBeginsAnewWhileZooKeeperIsAway() throws InterruptedException {
        refuseToPublish();
        cluster.killAgent(A);
        cluster.world.mishaps().kill(A.value(), PORT);
        cluster.zooKeeper.stop();

        cluster.startAgentAlone(A);

        Waiting.pause(A_WHILE);
        assertThat(cluster.writable()).isEmpty();
    }

    /** When the adoption is asked for once more it is published, and looked after. */
    @Test
    void isLookedAfterOnceItIsPublished() {
        refuseToPublish();
        cluster.control().shards().adopt(SHARD, new ShardAdoption(A, null, PORT, "app", true));

        cluster.world.mishaps().kill(A.value(), PORT);

        cluster.await("it runs again", () -> cluster.writable().contains(A.value()));
    }
}
