/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drover.api.Lsn;
import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.OpenTransaction;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of the clients' transactions follows from those that were seen to end. */
class TransactionLengthsTest {
    private static final int LOOKS = 100;
    private static final int BETWEEN = 10;
    private static final double UNTIL_FENCE = 50;

    private final TransactionLengths lengths = new TransactionLengths();

    private static ActivityView open(OpenTransaction... transactions) {
        return new ActivityView(new Lsn(1), transactions.length, List.of(transactions));
    }

    private static OpenTransaction aged(double millis) {
        return new OpenTransaction(1, 1, millis);
    }

    /** A second of looks at sessions whose transactions follow each other, each as long as is said. */
    private void listenTo(int... millis) {
        for (int look = 0; look < LOOKS; look++) {
            List<OpenTransaction> open = new ArrayList<>();
            for (int session = 0; session < millis.length; session++) {
                int now = look * BETWEEN + session;
                open.add(new OpenTransaction(session, now / millis[session], now % millis[session]));
            }
            lengths.look(new ActivityView(new Lsn(1), millis.length, open), (double) look * BETWEEN);
        }
    }

    private double rest(OpenTransaction... transactions) {
        return lengths.restMillis(open(transactions), UNTIL_FENCE);
    }

    @Test
    void whereNoneIsOpenNothingIsWaitedFor() {
        listenTo(200, 3);
        assertThat(rest()).isZero();
    }

    @Test
    void oneOfWhichNobodyKnowsMoreIsInItsMiddle() {
        assertThat(rest(aged(120))).isEqualTo(120);
    }

    @Test
    void oneThatHasLastedForLongerThanAnyOtherIsInItsMiddle() {
        listenTo(20, 3);
        assertThat(rest(aged(120))).isEqualTo(120);
    }

    /** A second later nobody knows when it has ended. */
    @Test
    void whatEndedSomeTimeAfterALookTellsNothing() {
        lengths.look(open(aged(20)), 0);
        lengths.look(open(), 1_000);
        assertThat(rest(aged(10))).isEqualTo(10);
        lengths.look(open(aged(20)), 1_010);
        lengths.look(open(), 1_020);
        assertThat(rest(aged(10))).isEqualTo(15);
    }

    @Test
    void oneThatIsAsOldAsOnlyLongOnesGrowLastsForAsLongAsThese() {
        listenTo(200, 3, 3, 3, 3, 3);
        assertThat(rest(aged(50))).isCloseTo(100, within((double) BETWEEN));
        assertThat(rest(aged(50), aged(100))).isCloseTo(100, within((double) BETWEEN));
    }

    @Test
    void oneThatWillHaveEndedIsFollowedByAnotherAsLong() {
        listenTo(200, 3, 3, 3, 3, 3);
        assertThat(rest(aged(170))).isCloseTo(180, within((double) BETWEEN));
    }

    @Test
    void whatHasJustBegunIsLikeMost() {
        listenTo(200, 3, 3, 3, 3, 3);
        assertThat(rest(aged(1))).isLessThanOrEqualTo(3);
    }
}
