/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TimelineHistoryTest {
    private static final Lsn BOUNDARY = Lsn.parse("0/7000000");
    private static final TimelineHistory THIRD =
            TimelineHistory.parse(3, "1\t0/5000000\tno recovery target specified\n\n2\t0/7000000\tbefore 2000-01-01\n");

    @Test
    void theLastLineIsTheParent() {
        assertThat(THIRD.entries()).hasSize(2);
        assertThat(THIRD.parent()).isEqualTo(new TimelineHistory.Entry(2, BOUNDARY));
    }

    @Test
    void refusesALineThatItDoesNotUnderstand() {
        refuses(() -> TimelineHistory.parse(2, "one 0/5\n"));
        refuses(() -> TimelineHistory.parse(2, "1\n"));
    }

    @Test
    void acceptsAForkAtOrAfterThePosition() {
        assertThat(Promotion.proveHistory(3, 2, BOUNDARY, THIRD).end()).isEqualTo(BOUNDARY);
        assertThat(Promotion.proveHistory(3, 2, BOUNDARY.plus(-1), THIRD).end()).isEqualTo(BOUNDARY);
    }

    @Test
    void refusesAForkBeforeThePosition() {
        refuses(() -> Promotion.proveHistory(3, 2, BOUNDARY.plus(1), THIRD));
    }

    @Test
    void refusesAnotherParentOrAnotherNumber() {
        refuses(() -> Promotion.proveHistory(3, 1, BOUNDARY, THIRD));
        refuses(() -> Promotion.proveHistory(4, 2, BOUNDARY, TimelineHistory.parse(4, "2\t0/7000000\tx\n")));
        refuses(() -> Promotion.proveHistory(2, 2, BOUNDARY, null));
        refuses(() -> Promotion.proveHistory(3, 2, BOUNDARY, TimelineHistory.parse(3, "1\t0/7000000\tx\n")));
    }

    @Test
    void acceptsALaterTimelineThanTheOneThatWasGuessed() {
        assertThat(Promotion.proveHistoryFrom(3, 1, THIRD).end()).isEqualTo(BOUNDARY);
        assertThat(Promotion.proveHistoryFrom(3, 2, THIRD).end()).isEqualTo(BOUNDARY);
    }

    @Test
    void refusesAnEarlierTimelineThanTheOneThatIsKnownAndANumberThatIsNotTheNext() {
        refuses(() -> Promotion.proveHistoryFrom(3, 3, THIRD));
        refuses(() -> Promotion.proveHistoryFrom(4, 1, TimelineHistory.parse(4, "2\t0/7000000\tx\n")));
        refuses(() -> Promotion.proveHistoryFrom(3, 1, TimelineHistory.parse(3, "")));
    }

    private static void refuses(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WRONG_TIMELINE));
    }
}
