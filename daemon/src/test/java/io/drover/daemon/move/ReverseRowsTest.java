/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.MoveDriverTest.assertServing;
import static io.drover.daemon.move.MoveDriverTest.failure;
import static io.drover.daemon.move.Moved.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ErrorCode;
import io.drover.daemon.move.FakeWorld.Moment;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who serves does not wait with the settings of its promotion for what becomes of the old primary. */
class ReverseRowsTest {
    private static final List<String> RESTORED = List.of("restore-settings@node_b", "restore-settings@node_b");

    private static MoveStage stage;

    @BeforeAll
    static void openStage() {
        stage = new MoveStage();
    }

    @AfterAll
    static void closeStage() throws IOException {
        stage.close();
    }

    @Test
    void theNewPrimaryHasItsSettingsBackBeforeAnythingIsArchived() {
        List<String> verbs = verbsFromThePromotionOn(false);

        assertThat(verbs.subList(verbs.indexOf("stop@node_a") + 1, verbs.indexOf("archive-up-to@node_a")))
                .isEqualTo(RESTORED);
        // and the way back is made ready for its own promotion
        assertThat(verbs).containsSubsequence("rejoin@node_a", "prepare-standby@node_a");
    }

    @Test
    void itHasThemBackAlsoWhenTheOldPrimaryCannotBeStopped() {
        List<String> verbs = verbsFromThePromotionOn(true);

        assertThat(verbs.subList(verbs.indexOf("stop@node_a") + 1, verbs.lastIndexOf("stop@node_a")))
                .isEqualTo(RESTORED);
    }

    private static List<String> verbsFromThePromotionOn(boolean firstStopFails) {
        MovePlay play = stage.play();
        List<String> verbs = new CopyOnWriteArrayList<>();
        AtomicBoolean fails = new AtomicBoolean(firstStopFails);
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.BEFORE) {
                verbs.add(verb);
                if (verb.equals("stop@node_a") && fails.getAndSet(false)) {
                    throw failure(ErrorCode.NODE_UNREACHABLE, verb);
                }
            }
        };
        play.driveToBaking();
        assertServing(play, B);
        return List.copyOf(verbs.subList(verbs.indexOf("promote@node_b"), verbs.size()));
    }
}
