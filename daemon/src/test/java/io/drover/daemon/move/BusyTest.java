/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node or an instance that another move holds (F50), with a real ZooKeeper server. */
@Timeout(60)
class BusyTest {
    private static final MoveId OTHER = new MoveId("0ther000-1");

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

    /** With drivers that drive nothing. */
    private void reopen() throws IOException {
        close();
        stage = new MoveStage();
        desk = stage.desk(new HeldDrivers());
    }

    @Test
    void aMoveToANodeThatAnotherMoveHoldsIsRefusedAndNamesThatMove() {
        desk.lock(Moved.B, OTHER);

        assertRefused(ErrorCode.NODE_BUSY);
    }

    @Test
    void aMoveFromANodeThatAnotherMoveHoldsIsRefusedAndNamesThatMove() {
        desk.lock(Moved.A, OTHER);

        assertRefused(ErrorCode.NODE_BUSY);
    }

    @Test
    void aMoveOfAnInstanceThatAnotherMoveHoldsIsRefusedAndNamesThatMove() {
        desk.lock(OTHER);

        assertRefused(ErrorCode.SHARD_BUSY);
    }

    /** The nodes were free during the bake, so that another move may have taken one. */
    @Test
    void aRollbackTakesItsNodesAgainOrIsRefused() throws IOException {
        reopen();
        MoveId move = desk.bake(Scenes.ALL.stream()
                .filter(scene -> scene.name().equals("BAKING, the way back ready"))
                .findFirst()
                .orElseThrow()
                .record());
        desk.lock(Moved.B, OTHER);

        assertThatThrownBy(() -> desk.moves.rollback(move)).isInstanceOfSatisfying(DroverException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.NODE_BUSY);
            assertThat(e.moveId()).contains(OTHER);
        });
        assertThat(desk.stateOf(move)).isEqualTo(MoveState.BAKING);
        assertThat(desk.holder(Moved.A)).isEmpty();

        desk.free(Moved.B);
        desk.moves.rollback(move);

        assertThat(desk.stateOf(move)).isEqualTo(MoveState.ROLLING_BACK);
        assertThat(desk.holder(Moved.A)).contains(move);
        assertThat(desk.holder(Moved.B)).contains(move);
    }

    private void assertRefused(ErrorCode code) {
        assertThatThrownBy(() -> desk.moves.create(Moved.request(), Optional.empty()))
                .isInstanceOfSatisfying(DroverException.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e.moveId()).contains(OTHER);
                    assertThat(e.hint()).isPresent();
                });
        assertThat(desk.moves.list(Optional.empty(), Optional.empty())).isEmpty();
    }
}
