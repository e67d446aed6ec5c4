/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.fault.FaultPoints;
import io.drover.daemon.move.FakeWorld.Moment;
import io.drover.topology.Leadership;
import io.drover.topology.Versioned;
import io.drover.topology.ZkLayout;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** While a controller leads, no move stays undriven. */
final class MoveRunnerTest {
    private MoveStage stage;
    private MoveDesk desk;

    @BeforeEach
    void open() {
        stage = new MoveStage();
        desk = stage.desk();
    }

    @AfterEach
    void close() throws IOException {
        desk.close();
        stage.close();
    }

    @Test
    void aMoveThatCouldNotBeReadIsDrivenAsSoonAsItCan() {
        MoveIdentity identity = Moved.identity();
        desk.storeGarbage(identity.id());

        desk.mend(identity);

        assertThat(eventually(() -> desk.stateOf(identity.id()) == MoveState.BAKING))
                .isTrue();
    }

    @Test
    void aMoveWhoseDriverStopsAgainAndAgainIsDrivenOn() {
        AtomicInteger deaths = new AtomicInteger();
        desk.world.hook = (verb, moment) -> {
            if (verb.equals("create-slot@node_a") && moment == Moment.BEFORE && deaths.incrementAndGet() < 3) {
                throw MoveDriverTest.failure(ErrorCode.LEADERSHIP_LOST, verb);
            }
        };

        MoveId move = desk.moves.create(Moved.request(), Optional.empty()).id();

        assertThat(eventually(() -> desk.stateOf(move) == MoveState.BAKING)).isTrue();
        assertThat(deaths).hasValueGreaterThanOrEqualTo(3);
    }

    /** What it would know from then on is what nobody brings up to date: it must read what the next leader makes of the move. */
    @Test
    void nothingIsKeptOfAMoveUnderALeadershipThatIsOver() {
        MoveId move = desk.moves.create(Moved.request(), Optional.empty()).id();
        assertThat(eventually(() -> desk.stateOf(move) == MoveState.BAKING)).isTrue();
        Versioned<MoveRecord> stored = desk.services
                .documents()
                .read(ZkLayout.move(move, MoveRecord.class))
                .orElseThrow();
        Leadership over = desk.runner.requireLeadership();
        desk.runner.lost();

        desk.runner.idle(stored, over);

        assertThat(desk.runner.find(move)).isEmpty();
    }

    /** The order is stored, and nobody says so: who goes on by what was read before is refused for ever. */
    @Test
    void anOrderWhoseAnswerIsLostIsReadAgainAndCarriedOut() throws Exception {
        MoveId move = desk.moves.create(Moved.request(), Optional.empty()).id();
        assertThat(eventually(() -> desk.stateOf(move) == MoveState.BAKING)).isTrue();
        AtomicInteger lost = new AtomicInteger();
        AutoCloseable armed = FaultPoints.arm(reached -> {
            if (reached.toString().equals("row-170/record/after") && lost.getAndIncrement() == 0) {
                throw MoveDriverTest.failure(ErrorCode.ZOOKEEPER_UNAVAILABLE, reached.toString());
            }
        });
        try {
            assertThatThrownBy(() -> desk.moves.complete(move, true))
                    .isInstanceOfSatisfying(
                            DroverException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.ZOOKEEPER_UNAVAILABLE));

            assertThat(eventually(() -> desk.stateOf(move) == MoveState.COMPLETED))
                    .isTrue();
        } finally {
            armed.close();
        }
    }

    /** What its rows mean is not known here, so that neither it nor an order is carried out. */
    @Test
    void aMoveOfANewerTableIsLeftToANewerController() {
        AtomicInteger verbs = new AtomicInteger();
        desk.world.hook = (verb, moment) -> verbs.incrementAndGet();
        MoveIdentity newer = Moved.identityOfTable(MoveSteps.NEWEST_TABLE + 1);
        desk.storeGarbage(newer.id());
        desk.mend(newer);

        assertThat(eventually(() ->
                        String.valueOf(desk.moves.get(newer.id()).waitingFor()).contains("began with move table 2")))
                .isTrue();
        assertThatThrownBy(() -> desk.moves.abort(newer.id()))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_TABLE));
        assertThat(desk.moves.get(newer.id()).history()).isEmpty();
        assertThat(verbs).hasValue(0);
    }

    @Test
    void aMoveThatWasStoredBeforeTablesHadNumbersIsOfTheFirst() {
        ObjectNode stored = Json.mapper().valueToTree(Moved.identity());
        stored.remove("table");

        assertThat(Json.read(Json.bytes(stored), MoveIdentity.class).table()).isEqualTo(MoveSteps.FIRST_TABLE);
    }

    private static boolean eventually(BooleanSupplier fact) {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!fact.getAsBoolean() && System.nanoTime() < end) {
            new CompletableFuture<Void>()
                    .completeOnTimeout(null, 20, TimeUnit.MILLISECONDS)
                    .join();
        }
        return fact.getAsBoolean();
    }
}
