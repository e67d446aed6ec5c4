/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunningPrimaryTest {
    @ParameterizedTest
    @ValueSource(strings = {"postgres: walwriter", "postgres: node_a: walwriter ", "postgres: 15/main: walwriter"})
    void knowsTheWalWriter(String title) {
        assertThat(RunningPrimary.isWalWriter(title)).isTrue();
    }

    /** A user or a database may have its name. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "postgres: walreceiver streaming 0/3000060",
                "postgres: node_a: startup recovering 000000010000000000000003",
                "postgres: node_a: walwriter app 127.0.0.1(40000) idle",
                "postgres: node_a: app walwriter [local] idle",
                "postgres: node_a: walwriter walwriter [local] authentication"
            })
    void takesNobodyElseForIt(String title) {
        assertThat(RunningPrimary.isWalWriter(title)).isFalse();
    }
}
