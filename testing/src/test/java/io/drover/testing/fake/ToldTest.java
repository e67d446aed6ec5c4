/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.MiniCluster.B;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.TopologyState;
import io.drover.api.fault.FaultPoint;
import io.drover.api.fault.FaultPoints;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What a move tells of what happened while no controller, or no agent, was there. */
@Isolated // the listener of fault points is the process's own
final class ToldTest {
    private final MiniCluster cluster = MiniCluster.withShard();

    private AutoCloseable armed = () -> {};

    @AfterEach
    void close() throws Exception {
        armed.close();
        cluster.close();
    }

    private Move move(MoveId id) {
        return cluster.control().moves().get(id);
    }

    private String waits(MoveId id) {
        return String.valueOf(move(id).waitingFor());
    }

    private boolean told(MoveId id, String event) {
        return move(id).history().stream().anyMatch(line -> line.event().contains(event));
    }

    private MoveId startAndWaitForApproval() {
        MoveId id = cluster.start("\"cutover\":\"approve\"").id();
        cluster.await("READY", () -> waits(id).startsWith("approval"));
        return id;
    }

    /** The controllers die at this point. */
    private MoveId startAndLoseControllers(String row, FaultPoint.When when, String maxWritePause) {
        FaultPoint point = new FaultPoint(row, "run", when);
        AtomicBoolean dead = new AtomicBoolean();
        armed = FaultPoints.arm(reached -> {
            if (reached.equals(point)) {
                dead.set(true);
            }
            boolean controllers =
                    reached.place().startsWith("row-") || reached.place().equals("move");
            if (dead.get() && controllers) {
                throw new DroverException(ErrorCode.LEADERSHIP_LOST, "the controller died at " + reached);
            }
        });
        MoveId id = cluster.start("\"maxWritePause\":\"" + maxWritePause + "\"").id();
        cluster.await("the controller's death", dead::get);
        cluster.killController();
        return id;
    }

    private void startControllerAgain() throws Exception {
        armed.close();
        armed = () -> {};
        cluster.startController();
    }

    @Test
    void anAgentThatIsAwayIsNamedWithTheFailureAndTheTryAndTheEndOfItIsTold() {
        MoveId id = startAndWaitForApproval();
        cluster.killAgent(B);
        cluster.control().moves().approve(id);

        cluster.await("it says so", () -> waits(id).contains("NODE_UNREACHABLE"));
        assertThat(waits(id))
                .contains("step 75 prepare cutover", "node_b", ", since 20", "until 20", "then the move is undone")
                .contains("bin/drover abort " + id);

        cluster.startAgent(B);
        cluster.await("BAKING", () -> move(id).state() == MoveState.BAKING);
        assertThat(told(id, "step 75 prepare cutover succeeded at try")).isTrue();
    }

    @Test
    void anotherControllerSaysWhereItGoesOnAndSinceWhenTheMoveWaitsStaysTrue() throws Exception {
        MoveId id = startAndWaitForApproval();
        Instant since = requireNonNull(move(id).step(), "no step").since();
        String before = waits(id);

        cluster.killController();
        startControllerAgain();

        cluster.await("it waits again", () -> waits(id).startsWith("approval"));
        assertThat(waits(id)).isEqualTo(before);
        assertThat(requireNonNull(move(id).step(), "no step").since()).isEqualTo(since);
        assertThat(told(id, "controller c1 goes on here at step 70 approval, under leadership 2"))
                .isTrue();
    }

    @Test
    void aFenceThatItsAgentLoweredIsTold() throws Exception {
        MoveId id = startAndLoseControllers("row-110", FaultPoint.When.AFTER, "3s");
        cluster.await("SERVING", () -> cluster.topology().state() == TopologyState.SERVING);
        startControllerAgain();

        cluster.await("ABORTED", () -> move(id).state() == MoveState.ABORTED);
        assertThat(told(id, "the agent of " + A + " lowered the fence")).isTrue();
        assertThat(requireNonNull(move(id).error(), "no error").hint()).isNotBlank();
    }

    @Test
    void aPromotionThatItsAgentFinishedIsTold() throws Exception {
        MoveId id = startAndLoseControllers("row-140", FaultPoint.When.BEFORE, "30s");
        cluster.await(
                "SERVING",
                () -> cluster.topology().primary().node().equals(B)
                        && cluster.topology().state() == TopologyState.SERVING);
        startControllerAgain();

        cluster.await("BAKING", () -> move(id).state() == MoveState.BAKING);
        assertThat(told(id, "the agent of " + B + " has promoted and published it by itself"))
                .isTrue();
        assertThat(told(id, "controller c1 goes on here")).isTrue();
    }
}
