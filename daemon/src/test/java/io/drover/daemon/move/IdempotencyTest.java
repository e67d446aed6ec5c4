/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.MoveRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The same call twice, one after the other and at once, with a real ZooKeeper server. */
@Timeout(60)
class IdempotencyTest {
    private static final Optional<String> KEY = Optional.of("k1");

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

    /** Creates a move while another call with the key is between its look at the key and the writing of its record. */
    private List<Move> createTwiceAtOnce(MoveRequest second) {
        List<Move> moves = new ArrayList<>();
        desk.world.onChecks = () -> {
            desk.world.onChecks = () -> {};
            moves.add(desk.moves.create(Moved.request(), KEY));
        };
        moves.add(desk.moves.create(second, KEY));
        return moves;
    }

    @Test
    void aRepeatGetsTheSameMove() {
        Move first = desk.moves.create(Moved.request(), KEY);

        assertThat(desk.moves.create(Moved.request(), KEY).id()).isEqualTo(first.id());
    }

    @Test
    void twoCallersKeysAreTwoKeys() {
        Move first = desk.moves.create(Moved.approvedRequest(), Optional.of("alice\nk1"), "alice");

        // the instance is held: without a move of its own under this key the call is refused
        assertThatThrownBy(() -> desk.moves.create(Moved.approvedRequest(), Optional.of("bob\nk1"), "bob"))
                .isInstanceOf(DroverException.class)
                .hasMessageContaining("is held by move " + first.id());
        assertThat(desk.moves.starter(first.id())).contains("alice");
    }

    @Test
    void theLoserOfTwoCallsAtOnceGetsTheSameMove() {
        assertThat(createTwiceAtOnce(Moved.request()))
                .hasSize(2)
                .extracting(Move::id)
                .containsOnly(desk.onlyMove());
    }

    @Test
    void theLoserWithAnotherBodyIsToldSo() {
        assertThatThrownBy(() -> createTwiceAtOnce(Moved.approvedRequest()))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_REUSED));
    }

    @Test
    void aCallWithAnotherKeyIsRefusedWhileTheMoveHoldsTheShard() {
        // one that waits: once it has moved the shard to node_b, that is why the second call is refused
        desk.moves.create(Moved.approvedRequest(), KEY);

        assertThatThrownBy(() -> desk.moves.create(Moved.approvedRequest(), Optional.of("k2")))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SHARD_BUSY));
    }
}
