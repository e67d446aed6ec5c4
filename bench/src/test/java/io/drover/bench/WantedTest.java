/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.bench.Goal.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class WantedTest {
    private static final Wanted SHORT = Wanted.atMost("pause", 40, "ms");
    private static final Wanted MANY = Wanted.atLeast("factor", 1.25, "times");

    @Test
    void theLimitItselfMeetsTheGoal() {
        assertThat(SHORT.judge(Figure.of(40, 3)).verdict()).isEqualTo(Verdict.MET);
        assertThat(SHORT.judge(Figure.of(40.1, 3)).verdict()).isEqualTo(Verdict.MISSED);
        assertThat(MANY.judge(Figure.of(1.25, 3)).verdict()).isEqualTo(Verdict.MET);
        assertThat(MANY.judge(Figure.of(1.2, 3)).verdict()).isEqualTo(Verdict.MISSED);
    }

    @Test
    void saysInWordsWhatIsWanted() {
        assertThat(SHORT.judge(Figure.of(40, 3)).wanted()).isEqualTo("at most 40 ms");
        assertThat(MANY.judge(Figure.of(40, 3)).wanted()).isEqualTo("at least 1.25 times");
        assertThat(Wanted.atMost("errors", 0, "").judge(Figure.of(0, 3)).wanted())
                .isEqualTo("at most 0");
    }

    @Test
    void whatIsNoNumberWasNotMeasured() {
        Goal goal = SHORT.judge(Figure.of(Double.NaN, 0));
        assertThat(goal.verdict()).isEqualTo(Verdict.NOT_MEASURED);
        assertThat(goal.measured()).isNull();
    }

    @Test
    void aNoteDoesNotReplaceTheReason() {
        assertThat(Figure.none(0, "why").noted("where").note()).isEqualTo("why");
        assertThat(Figure.of(1, 1).noted("where").note()).isEqualTo("where");
    }

    @Test
    void aPersonReadsALineForEach() {
        String text = GoalText.of(List.of(
                SHORT.judge(Figure.of(31.256, 8)), MANY.judge(Figure.of(1, 8)), MANY.judge(Figure.none(2, "too few"))));
        assertThat(text.lines().skip(1))
                .satisfiesExactly(
                        line -> assertThat(line).matches("pause +31\\.26  at most 40 ms +met +8"),
                        line -> assertThat(line).matches("factor +1\\.00  at least 1\\.25 times +MISSED +8"),
                        line -> assertThat(line).matches("factor +-  at least 1\\.25 times +not measured +2  too few"));
    }
}
