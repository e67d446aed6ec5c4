/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.testing.ledger.AckLog.Outcome;
import java.sql.SQLException;
import java.sql.SQLWarning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutcomesTest {
    @ParameterizedTest
    @ValueSource(strings = {"08006", "08003", "57P01", "57P02", "57P03", "57014", "XX000", "58030", "53100"})
    void doesNotKnowTheFateOfAWriteWhoseServerWentAway(String state) {
        assertThat(Outcomes.afterCommitWasAsked(new SQLException("", state))).isEqualTo(Outcome.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"25006", "23505", "40001", "42501", "53300", "28000"})
    void knowsThatTheServerRefused(String state) {
        assertThat(Outcomes.afterCommitWasAsked(new SQLException("", state))).isEqualTo(Outcome.FAILED);
    }

    @Test
    void doesNotCountACommitWhoseWaitForTheStandbyWasCancelledAsAcknowledged() {
        SQLWarning warning = new SQLWarning("canceling wait for synchronous replication due to user request");
        assertThat(Outcomes.afterSuccess(warning)).isEqualTo(Outcome.UNKNOWN);
        assertThat(Outcomes.afterSuccess(null)).isEqualTo(Outcome.ACKED);
        assertThat(Outcomes.afterSuccess(new SQLWarning("a notice"))).isEqualTo(Outcome.ACKED);
    }
}
