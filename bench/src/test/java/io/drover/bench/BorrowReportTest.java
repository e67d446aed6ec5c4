/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drover.bench.BorrowReport.Round;
import java.util.List;
import org.junit.jupiter.api.Test;

class BorrowReportTest {
    private static BorrowReport report(double... differences) {
        // alone it takes longer and longer: that is in no difference
        Round[] rounds = new Round[differences.length];
        for (int i = 0; i < rounds.length; i++) {
            double alone = 100 + 1_000.0 * i;
            rounds[i] = new Round(alone, alone + differences[i]);
        }
        return BorrowReport.of(8, 5, List.of(rounds));
    }

    @Test
    void errorIsThatOfTheDifferencesInTheRounds() {
        BorrowReport report = report(200, 300, 400);

        assertThat(report.difference().nanos()).isCloseTo(300, within(0.01));
        // Student's t for two degrees of freedom, 99 %: 9.925, times 100 / sqrt(3)
        assertThat(report.difference().errorNanos()).isCloseTo(573.0, within(0.1));
        assertThat(report.hikari().nanos()).isCloseTo(1_100, within(0.01));
        assertThat(report.kit().nanos()).isCloseTo(1_400, within(0.01));
    }

    @Test
    void goalIsMetOnlyWhenTheErrorDoesNotReachIt() {
        assertThat(report(300, 301, 302).verdict()).isEqualTo("met");
        assertThat(report(995, 997, 999).verdict()).isEqualTo("undecided");
        assertThat(report(1_100, 1_101, 1_102).verdict()).isEqualTo("missed");
    }

    @Test
    void textSaysWhatWasFound() {
        assertThat(report(300, 301, 302).text()).contains("8 threads", "301 +/- 6", "goal under 1000: met");
    }

    @Test
    void everyMeasurementIsInThePicture() {
        assertThat(report(300, 301).distributions())
                .containsEntry("HikariCP alone", List.of(100.0, 1_100.0))
                .containsEntry("through the kit", List.of(400.0, 1_401.0));
    }
}
