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
        // the shell's child ends, and exec leaves a parent that never reaps it
        Process parent = new ProcessBuilder("/bin/sh", "-c", "sleep 0 & exec sleep 60").start();
        try {
            int pid = (int) parent.pid();
            boolean zombie = Waiting.until(LIMIT, Duration.ofMillis(2), () -> {
                int[] children = ProcessTable.children(pid);
                return children.length == 1 && ProcessTable.state(children[0]) == 'Z';
            });
            assertThat(zombie).isTrue();
            assertThat(ProcessTable.alive(ProcessTable.children(pid)[0])).isFalse();
            assertThat(ProcessTable.canAct(ProcessTable.children(pid)[0])).isFalse();
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void neverSignalsAGroupOrInit() {
        for (int pid : new int[] {-1, 0, 1}) {
            assertThatThrownBy(() -> Signals.TERM.send(pid)).isInstanceOf(DroverException.class);
        }
    }
}
