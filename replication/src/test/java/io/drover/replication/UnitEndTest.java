/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnitEndTest {
    private static final String UNIT = "postgresql@15-main.service";
    private static final String RESET = "--no-ask-password reset-failed " + UNIT;

    private final List<String> orders = new ArrayList<>();

    @Test
    void isForgottenOnceSystemdCallsItAFailure() {
        assertThat(List.of(forget(0, "active"), forget(0, "deactivating"))).containsOnly(false);
        assertThat(orders).isEmpty();

        assertThat(forget(0, "failed")).isTrue();

        assertThat(orders).containsExactly(RESET);
    }

    @Test
    void isNoFailureWhenTheServerWasShutDown() {
        assertThat(forget(0, "inactive")).isTrue();

        assertThat(orders).isEmpty();
    }

    @Test
    void isNoReasonToAskAgainWhenItMayNot() {
        assertThat(forget(1, "failed")).isTrue();
        UnitEnd unreachable = new UnitEnd(UNIT, arguments -> {
            throw new DroverException(ErrorCode.TIMEOUT, "systemctl was ended after 20000 ms, its limit");
        });

        assertThat(unreachable.forget()).isTrue();

        assertThat(orders).containsExactly(RESET);
    }

    private boolean forget(int exitCode, String state) {
        return new UnitEnd(UNIT, arguments -> {
                    if (arguments.get(0).equals("show")) {
                        return new Commands.Result(0, state + "\n", "");
                    }
                    orders.add(String.join(" ", arguments));
                    return new Commands.Result(exitCode, "", exitCode == 0 ? "" : "Access denied\n");
                })
                .forget();
    }
}
