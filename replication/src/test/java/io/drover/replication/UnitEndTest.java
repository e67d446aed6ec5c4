/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnitEndTest {
    private static final String UNIT = "postgresql@15-main.service";
    private static final String RESET = "--no-ask-password reset-failed " + UNIT;
    private static final Duration SHORT = Duration.ofMillis(200);

    private final List<String> orders = new ArrayList<>();

    @Test
    void isForgottenOnceSystemdCallsItAFailure() {
        forget(0, "active", "deactivating", "failed");

        assertThat(orders).containsExactly(RESET);
    }

    @Test
    void isNoFailureWhenTheServerWasShutDown() {
        forget(0, "deactivating", "inactive");

        assertThat(orders).isEmpty();
    }

    @Test
    void isLeftWhenSomebodyHasStartedItAgain() {
        forget(0, "active");

        assertThat(orders).isEmpty();
    }

    @Test
    void isNoReasonForAStopToFail() {
        forget(1, "failed");
        new UnitEnd(
                        UNIT,
                        arguments -> {
                            throw new DroverException(
                                    ErrorCode.TIMEOUT, "systemctl was ended after 20000 ms, its limit");
                        },
                        SHORT)
                .forget();

        assertThat(orders).containsExactly(RESET);
    }

    /** The last state lasts. */
    private void forget(int exitCode, String... states) {
        Deque<String> left = new ArrayDeque<>(List.of(states));
        new UnitEnd(
                        UNIT,
                        arguments -> {
                            if (arguments.get(0).equals("show")) {
                                String state = left.size() > 1 ? left.remove() : left.element();
                                return new Commands.Result(0, state + "\n", "");
                            }
                            orders.add(String.join(" ", arguments));
                            return new Commands.Result(exitCode, "", exitCode == 0 ? "" : "Access denied\n");
                        },
                        SHORT)
                .forget();
    }
}
