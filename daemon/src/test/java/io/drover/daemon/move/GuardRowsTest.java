/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.MoveRequest.Mode;
import io.drover.daemon.move.FakeWorld.Moment;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Row 80: from the guard on commits wait for the target, and for nothing that Drover itself has written. */
class GuardRowsTest {
    private static MoveStage stage;

    private final List<String> verbs = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void openStage() {
        stage = new MoveStage();
    }

    @AfterAll
    static void closeStage() throws IOException {
        stage.close();
    }

    private MovePlay move(long filler) {
        MovePlay play = stage.play(Moved.identity(Moved.request(), Mode.SEALED, null));
        play.world().fillerWritten = filler;
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.AFTER) {
                verbs.add(verb);
            }
        };
        play.driveToBaking();
        return play;
    }

    @Test
    void isArmedWhenTheTargetHasTheFiller() {
        MovePlay play = move(10L << 20);

        assertThat(verbs)
                .containsSubsequence(
                        "align-wal@node_a",
                        "await-replayed@node_b",
                        "arm-guard@node_a",
                        "align-wal@node_a",
                        "seal@node_a");
        assertThat(play.world().awaited.get(0)).isEqualTo(FakeWorld.ALIGNED.plus(-CutoverRows.ON_ITS_WAY_BYTES));
    }

    @Test
    void isArmedAtOnceWhenThereWasNextToNothingToFill() {
        MovePlay play = move(CutoverRows.ON_ITS_WAY_BYTES);

        assertThat(verbs.subList(0, verbs.indexOf("arm-guard@node_a"))).doesNotContain("await-replayed@node_b");
        assertThat(play.world().awaited).containsExactly(FakeWorld.END);
    }
}
