/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.fault.FaultPoint;
import io.drover.api.fault.FaultPoints;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Row 160 is repeated while the rejoin that it had begun goes on. */
@Isolated // the listener of fault points is the process's own
final class RepeatedRejoinTest {
    private final MiniCluster cluster = MiniCluster.withShard();
    private final CountDownLatch mayAttach = new CountDownLatch(1);
    private final AtomicInteger stops = new AtomicInteger();
    private AutoCloseable armed = () -> {};

    @AfterEach
    void close() throws Exception {
        mayAttach.countDown();
        armed.close();
        cluster.close();
    }

    /** The answer to the rejoin is lost, and the rejoin starts the server just when the repeated row has stopped it. */
    @Test
    void stopsAServerOnceMoreThatAnEarlierRejoinHasStarted() {
        AtomicInteger rejoins = new AtomicInteger();
        armed = FaultPoints.arm(reached -> {
            if (reached.equals(new FaultPoint("rejoin", "attach", FaultPoint.When.BEFORE))) {
                await(mayAttach);
            } else if (reached.equals(after("call-rejoin")) && rejoins.incrementAndGet() == 1) {
                throw new DroverException(ErrorCode.NODE_UNREACHABLE, "the answer is lost");
            } else if (reached.equals(after("call-stop")) && stops.incrementAndGet() == 2) {
                mayAttach.countDown();
                cluster.await("the rejoin has started it", this::sourceRuns);
            }
        });

        MoveId move = cluster.start("\"cutover\":\"auto\"").id();

        cluster.await("it rests", () -> rests(move));
        assertThat(stops.get()).isGreaterThan(2);
        assertThat(cluster.control().moves().get(move).state()).isEqualTo(MoveState.BAKING);
    }

    private static FaultPoint after(String call) {
        return new FaultPoint("row-160", call, FaultPoint.When.AFTER);
    }

    private boolean sourceRuns() {
        return cluster.world.running().stream().anyMatch(server -> server.host().equals("node_a"));
    }

    private boolean rests(MoveId move) {
        return Set.of(MoveState.BAKING, MoveState.NEEDS_OPERATOR)
                .contains(cluster.control().moves().get(move).state());
    }

    private static void await(CountDownLatch latch) {
        try {
            boolean unused = latch.await(MiniCluster.LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
