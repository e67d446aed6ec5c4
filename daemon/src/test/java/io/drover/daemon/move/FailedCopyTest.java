/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Moved.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.agent.Reports.JobState;
import io.drover.daemon.move.FakeWorld.Moment;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A copy that fails at once is begun anew less and less often, and says why it failed, before the next one and while it is tried. */
class FailedCopyTest {
    private static final String WORDS = "pg_basebackup failed with exit status 1: no pg_hba.conf entry";
    private static final Pattern RESTING =
            Pattern.compile("step 40 base backup, since [^ ]+: try ([0-9]+) failed at ([^ ]+) with COPY_FAILED: "
                    + "the base backup from node_a to node_b failed: "
                    + Pattern.quote(WORDS)
                    + "; it is tried again at ([^ ]+), until 20[^ ]+: then the move is undone; .*bin/drover abort .*");

    private static MoveStage stage;

    @BeforeAll
    static void openStage() {
        stage = new MoveStage();
    }

    @AfterAll
    static void closeStage() throws IOException {
        stage.close();
    }

    /** Each copy fails but the one with this number, which goes on and on. */
    private static void failCopies(MovePlay play, int spared) {
        AtomicInteger begun = new AtomicInteger();
        play.world().on(B).jobError = WORDS;
        play.world().hook = (verb, moment) -> {
            if (verb.equals("start-copy@node_b") && moment == Moment.AFTER) {
                play.world().on(B).job = begun.incrementAndGet() == spared ? JobState.RUNNING : JobState.FAILED;
            }
        };
    }

    @Test
    void isBegunAnewAfterARestTwiceAsLongEachTimeAndSaysWhyAndWhen() {
        MovePlay play = stage.play();
        failCopies(play, 0);
        Map<Integer, Duration> rests = new TreeMap<>();
        play.driveUntil(() -> {
            Matcher resting = RESTING.matcher(play.waitingFor());
            if (resting.matches()) {
                rests.put(
                        Integer.valueOf(resting.group(1)),
                        Duration.between(Instant.parse(resting.group(2)), Instant.parse(resting.group(3))));
            }
            return rests.containsKey(5);
        });

        // a slow machine may have missed the first ones
        assertThat(rests).containsKeys(4, 5);
        rests.forEach((tries, rest) ->
                assertThat(rest).as("after try %s", tries).isEqualTo(Duration.ofMillis(300L << (tries - 1))));
    }

    @Test
    void saysOfTheNextOneThatItIsUnderWayAndWhyTheOneBeforeFailed() {
        MovePlay play = stage.play();
        failCopies(play, 2);
        Pattern underWay =
                Pattern.compile("the base backup from node_a to node_b \\(copy: 100 of 100 bytes\\), since .*"
                        + "; this is try 2: try 1 failed at 20[^ ]+ with COPY_FAILED: .*" + Pattern.quote(WORDS));
        boolean[] said = {false};
        play.driveUntil(() -> {
            said[0] = said[0] || underWay.matcher(play.waitingFor()).matches();
            return said[0];
        });

        assertThat(said[0]).isTrue();
    }
}
