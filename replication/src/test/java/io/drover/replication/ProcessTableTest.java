/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessTableTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void seesAProcessWithItsArgumentsAndItsState() throws Exception {
        Process child = new ProcessBuilder("/bin/sleep", "60").start();
        try {
            int pid = (int) child.pid();
            assertThat(ProcessTable.alive(pid)).isTrue();
            assertThat(ProcessTable.canAct(pid)).isTrue();
            assertThat(ProcessTable.startTicks(pid)).isPositive();
            assertThat(Waiting.until(
                            LIMIT,
                            Duration.ofMillis(1),
                            () -> ProcessTable.title(pid).equals("/bin/sleep 60")))
                    .isTrue();
            assertThat(PostmasterDoor.hold(pid, LIMIT)).isPositive();
            assertThat(PostmasterDoor.held(pid)).isTrue();
            PostmasterDoor.open(pid);
            assertThat(Waiting.until(LIMIT, Duration.ofMillis(1), () -> !PostmasterDoor.held(pid)))
                    .isTrue();
        } finally {
            child.destroyForcibly();
        }
        child.waitFor();
        assertThat(ProcessTable.alive((int) child.pid())).isFalse();
        assertThat(ProcessTable.canAct((int) child.pid())).isFalse();
        assertThat(Signals.TERM.send((int) child.pid())).isFalse();
    }

    @Test
    void aZombieIsNotAlive() throws Exception {
        try (StandInPostmaster parent = new StandInPostmaster(1, "exec sleep 60")) {
            int child = parent.children().get(0);
            // only now: while its parent is a shell still, that may reap it
            Signals.KILL.send(child);
            assertThat(Waiting.until(LIMIT, Duration.ofMillis(2), () -> ProcessTable.state(child) == 'Z'))
                    .isTrue();
            assertThat(parent.children()).containsExactly(child);
            assertThat(ProcessTable.alive(child)).isFalse();
            assertThat(ProcessTable.canAct(child)).isFalse();
        }
    }

    @Test
    void neverSignalsAGroupOrInit() {
        for (int pid : new int[] {-1, 0, 1}) {
            assertThatThrownBy(() -> Signals.TERM.send(pid)).isInstanceOf(DroverException.class);
        }
    }
}
