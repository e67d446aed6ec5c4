/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.Samples.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Token;
import org.junit.jupiter.api.Test;

class TokenGateTest {
    private final InstanceRecord fresh = Samples.record(Role.PRIMARY, 1);

    @Test
    void acceptsTheFirstTokenAndRemembersIt() {
        assertThat(TokenGate.accept(fresh, token(3, 10)).token()).isEqualTo(token(3, 10));
    }

    @Test
    void acceptsARepeatWithoutAChange() {
        InstanceRecord record = TokenGate.accept(fresh, token(3, 10));

        Token repeatWithOtherTime = new Token(token(3, 10).leaderEpoch(), Samples.MOVE, 110, 10, 5);

        assertThat(TokenGate.accept(record, repeatWithOtherTime)).isSameAs(record);
    }

    @Test
    void refusesAnOlderLeaderAlsoWithALaterSequence() {
        InstanceRecord record = TokenGate.accept(fresh, token(3, 10));

        assertRefused(record, token(2, 99));
    }

    @Test
    void refusesAnOlderSequenceOfTheSameLeader() {
        InstanceRecord record = TokenGate.accept(fresh, token(3, 10));

        assertRefused(record, token(3, 9));
    }

    @Test
    void acceptsANewLeader() {
        InstanceRecord record = TokenGate.accept(fresh, token(3, 10));

        assertThat(TokenGate.accept(record, token(4, 1)).token()).isEqualTo(token(4, 1));
    }

    private static void assertRefused(InstanceRecord record, Token token) {
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> TokenGate.accept(record, token))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOKEN_REFUSED));
    }
}
