/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LoginRampTest {
    private static final Duration WINDOW = Duration.ofSeconds(2);
    private static final int CLIENTS = 2_000;
    private static final int SESSIONS = 10;

    private final ManualScheduler time = new ManualScheduler();

    private LoginRamp ramp(int sessions, long seed) {
        Random random = new Random(seed);
        return new LoginRamp(time, () -> random, WINDOW, sessions);
    }

    /** When a pool that begins now logs in, each login right after the one before. */
    private Duration[] logins(LoginRamp ramp, int sessions) {
        Duration[] moments = new Duration[sessions];
        Duration passed = Duration.ZERO;
        for (int i = 0; i < sessions; i++) {
            Duration turn = ramp.turn();
            time.pass(turn);
            passed = passed.plus(turn);
            moments[i] = passed;
        }
        time.pass(passed.negated());
        return moments;
    }

    @Test
    void twoThousandClientsAreSpreadOverTheWindow() {
        int[] perTwentyMillis = new int[100];
        int[] perPart = new int[SESSIONS];
        for (int i = 0; i < CLIENTS; i++) {
            for (Duration moment : logins(ramp(SESSIONS, i), SESSIONS)) {
                perTwentyMillis[(int) (moment.toMillis() / 20)]++;
                perPart[(int) (moment.toMillis() / 200)]++;
            }
        }

        // of 20 000 logins one hundredth each; without a ramp 2 000 would come in the first moment
        assertThat(Arrays.stream(perTwentyMillis).max().orElseThrow()).isLessThan(300);
        assertThat(Arrays.stream(perTwentyMillis).min().orElseThrow()).isGreaterThan(100);
        assertThat(perPart).containsOnly(CLIENTS);
    }

    @Test
    void theOnlySessionOfASmallPoolComesInTheFirstTenth() {
        for (int i = 0; i < 100; i++) {
            assertThat(logins(ramp(1, i), 1)[0]).isLessThan(WINDOW.dividedBy(10));
        }
    }

    @Test
    void aPoolThatIsFullHasNoMoreToWaitForUntilItBeginsAnew() {
        LoginRamp ramp = ramp(SESSIONS, 1);
        logins(ramp, SESSIONS);
        assertThat(ramp.turn()).isZero();
        time.pass(WINDOW);
        ramp.begin();

        assertThat(logins(ramp, SESSIONS)[SESSIONS - 1])
                .isGreaterThan(WINDOW.multipliedBy(9).dividedBy(10));
    }

    @Test
    void whoComesBehindTheWindowDoesNotWait() {
        LoginRamp ramp = ramp(SESSIONS, 1);
        time.pass(WINDOW);

        assertThat(logins(ramp, SESSIONS)).containsOnly(Duration.ZERO);
    }

    @Test
    void noWindowIsNoRamp() {
        LoginRamp ramp = new LoginRamp(time, Random::new, Duration.ZERO, SESSIONS);

        assertThat(logins(ramp, SESSIONS)).containsOnly(Duration.ZERO);
    }
}
