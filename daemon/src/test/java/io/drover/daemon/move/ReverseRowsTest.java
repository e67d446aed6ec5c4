/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.MoveDriverTest.assertServing;
import static io.drover.daemon.move.MoveDriverTest.failure;
import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ErrorCode;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.agent.Verb;
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
    /** What row 75 has set, and what row 50 has: the target was a copy. */
    private static final List<String> RESTORED =
            List.of("restore-settings of 75@node_b", "restore-settings of 50@node_b");

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
        // whatever is left, before the old primary follows; and the way back is made ready for its own promotion
        assertThat(verbs)
                .containsSubsequence(
                        "audit@node_a", "restore-settings of 0@node_b", "rejoin@node_a", "prepare-standby@node_a");
    }

    @Test
    void itHasThemBackAlsoWhenTheOldPrimaryCannotBeStopped() {
        List<String> verbs = verbsFromThePromotionOn(true);

        assertThat(verbs.subList(verbs.indexOf("stop@node_a") + 1, verbs.lastIndexOf("stop@node_a")))
                .isEqualTo(RESTORED);
    }

    /** The old primary was made a standby by row 160. */
    @Test
    void onTheWayBackTheOldPrimaryHasItsSettingsBackAsSoon() {
        MovePlay play = stage.play();
        List<String> verbs = verbsOf(play);
        play.driveToBaking();
        play.order(record -> play.orders().rollback(record, true));
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ROLLED_BACK);
        assertServing(play, A);
        List<String> after = from("promote@node_a", verbs);
        assertThat(after.subList(after.indexOf("stop@node_b") + 1, after.indexOf("archive-up-to@node_b")))
                .containsExactly("restore-settings of 75@node_a", "restore-settings of 160@node_a");
        assertThat(after)
                .containsSubsequence("audit@node_b", "restore-settings of 0@node_a", "restore-settings of 0@node_b");
    }

    /** Row by row, each what it has set itself. */
    @Test
    void aCutoverThatIsUndoneTakesBackTheSettingsOfEachRow() {
        MovePlay play = stage.play();
        List<String> verbs = verbsOf(play);
        play.world().hook = (verb, moment) -> {
            if (verb.equals("seal@node_a")) {
                throw failure(ErrorCode.TAIL_MISSED, verb);
            }
        };
        play.drive();

        assertThat(play.record().state()).isEqualTo(MoveState.ABORTED);
        assertThat(from("unseal@node_a", verbs))
                .filteredOn(verb -> verb.startsWith("restore-settings"))
                .startsWith(
                        "restore-settings of 95@node_a",
                        "restore-settings of 80@node_a",
                        "restore-settings of 75@node_b",
                        "restore-settings of 50@node_b");
    }

    private static List<String> verbsFromThePromotionOn(boolean firstStopFails) {
        MovePlay play = stage.play();
        List<String> verbs = verbsOf(play);
        AtomicBoolean fails = new AtomicBoolean(firstStopFails);
        play.world().hook = (verb, moment) -> {
            if (moment == Moment.BEFORE && verb.equals("stop@node_a") && fails.getAndSet(false)) {
                throw failure(ErrorCode.NODE_UNREACHABLE, verb);
            }
        };
        play.driveToBaking();
        assertServing(play, B);
        return from("promote@node_b", verbs);
    }

    /** What is sent from now on. */
    private static List<String> verbsOf(MovePlay play) {
        List<String> verbs = new CopyOnWriteArrayList<>();
        play.world().listener = (node, verb) -> verbs.add(text(node, verb));
        return verbs;
    }

    private static String text(NodeId node, Verb<?> verb) {
        String step = verb instanceof Verb.RestoreSettings restore ? " of " + restore.step() : "";
        return verb.path() + step + "@" + node;
    }

    private static List<String> from(String verb, List<String> verbs) {
        return List.copyOf(verbs.subList(verbs.indexOf(verb), verbs.size()));
    }
}
