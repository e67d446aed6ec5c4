/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.daemon.move.MoveStep.Recording;
import java.util.List;
import org.junit.jupiter.api.Test;

class MoveStepsTest {
    private static final List<MoveStep> TABLE = MoveSteps.TABLE;

    @Test
    void numbersRiseAndAreNeverRepeated() {
        assertThat(TABLE).extracting(MoveStep::number).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void statesFollowTheirDeclaredOrder() {
        assertThat(TABLE).extracting(step -> step.state().ordinal()).isSorted();
    }

    @Test
    void everyRowUpToThePointOfNoReturnSaysHowItIsUndone() {
        assertThat(TABLE)
                .filteredOn(step -> step.number() <= MoveSteps.COMMIT)
                .allSatisfy(step -> assertThat(step.undo().does())
                        .isNotBlank()
                        .isNotEqualTo(MoveStep.Undo.never().does()));
    }

    @Test
    void noRowBehindThePointOfNoReturnCanBeUndone() {
        assertThat(TABLE)
                .filteredOn(step -> step.number() > MoveSteps.COMMIT)
                .allSatisfy(step -> assertThat(step.undo().does())
                        .isEqualTo(MoveStep.Undo.never().does()));
    }

    @Test
    void onlyRowsOfThePauseShareTransactions() {
        assertThat(TABLE)
                .filteredOn(step -> step.recording() == Recording.JOINED)
                .extracting(MoveStep::number)
                .containsExactly(MoveSteps.FENCE, MoveSteps.SEAL, MoveSteps.SYNC, MoveSteps.COMMIT, MoveSteps.PROMOTE);
    }

    @Test
    void rowsOfThePauseBeforeThePointOfNoReturnAreNotTriedAgain() {
        assertThat(TABLE)
                .filteredOn(step -> step.number() >= MoveSteps.FENCE && step.number() <= MoveSteps.COMMIT)
                .allSatisfy(step -> assertThat(step.limits().retry()).isZero());
    }

    @Test
    void sentencesAreWrittenForPeople() {
        assertThat(TABLE).allSatisfy(step -> {
            assertThat(step.name()).isNotBlank().hasSizeLessThan(25);
            assertThat(step.does()).isNotBlank().doesNotEndWith(".");
        });
    }

    @Test
    void aRollbackWalksTheCutoverAndCloses() {
        MoveRecord forward = MoveRecord.of(Moved.identity());
        assertThat(MoveSteps.rows(forward)).isEqualTo(TABLE);
        assertThat(MoveSteps.rows(forward.withBack(MoveLeg.EMPTY)))
                .extracting(MoveStep::number)
                .containsExactly(75, 78, 80, 90, 95, 100, 110, 120, 130, 140, 150, 160, 180);
    }
}
