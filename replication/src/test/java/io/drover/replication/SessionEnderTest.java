/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On processes of a shell that never reaps: as a frozen postmaster does not. */
class SessionEnderTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private Process parent;

    @AfterEach
    void end() {
        Arrays.stream(ProcessTable.children(pid())).forEach(Signals.KILL::send);
        parent.destroyForcibly();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 30})
    void endsAllOfThem(int count) throws Exception {
        start(count, "sleep 60");

        assertThat(SessionEnder.endAll(pid(), new AllowList(Map.of()), LIMIT)).isEqualTo(count);

        assertThat(Arrays.stream(ProcessTable.children(pid())).boxed())
                .hasSize(count)
                .allMatch(child -> !ProcessTable.canAct(child));
    }

    @Test
    void leavesWhoIsSpared() throws Exception {
        start(3, "sleep 60");
        int spared = ProcessTable.children(pid())[1];

        assertThat(SessionEnder.endAll(pid(), new AllowList(Map.of(spared, ProcessTable.title(spared))), LIMIT))
                .isEqualTo(2);

        assertThat(ProcessTable.canAct(spared)).isTrue();
    }

    @Test
    void oneThatDoesNotEndHoldsUpNobodyAndIsNamed() throws Exception {
        start(4, "if [ $i = 1 ]; then trap '' TERM; fi; while :; do sleep 60; done");

        assertThatThrownBy(() -> SessionEnder.endAll(pid(), new AllowList(Map.of()), Duration.ofMillis(500)))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SEAL_FAILED))
                .hasMessageContaining("1 processes of postmaster " + pid());
    }

    private void start(int count, String session) throws Exception {
        parent = new ProcessBuilder(
                        "/bin/bash", "-c", "for i in $(seq " + count + "); do (" + session + ") & done; exec sleep 60")
                .start();
        assertThat(Waiting.until(LIMIT, Duration.ofMillis(2), () -> running(count)))
                .isTrue();
    }

    /** All are there, and their parent is no shell any more, which would reap them. */
    private boolean running(int count) {
        return ProcessTable.children(pid()).length == count
                && ProcessTable.title(pid()).equals("sleep 60");
    }

    private int pid() {
        return (int) parent.pid();
    }
}
