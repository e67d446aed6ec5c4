/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessTableTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final long TOUCHED = 200L << 20;
    private static final long PAGE = 4096;

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

    /** Its shared memory is in use until then, though it has no program any more. */
    @Test
    void seesAServerWhoseMemoryTheKernelStillTakesApart(@TempDir Path directory) throws Exception {
        Path program = Files.copy(Path.of("/bin/dd"), directory.resolve("postgres"));
        Process server = new ProcessBuilder(program.toString(), "if=/dev/zero", "of=/dev/null", "bs=256M")
                .directory(directory.toFile())
                .start();
        int pid = (int) server.pid();
        boolean seen = false;
        try {
            Path memory = Path.of("/proc/" + pid + "/statm");
            assertThat(Waiting.until(LIMIT, Duration.ofMillis(2), () -> pages(memory) > TOUCHED / PAGE))
                    .isTrue();
            Signals.KILL.send(pid);
            while (ProcessTable.alive(pid)) {
                seen |= !ProcessTable.canAct(pid) && ProcessTable.isServerIn(pid, directory);
            }
        } finally {
            server.destroyForcibly();
        }
        assertThat(seen).isTrue();
    }

    /** Resident. */
    private static long pages(Path memory) {
        try {
            return Long.parseLong(Files.readString(memory).split(" ", -1)[1]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void neverSignalsAGroupOrInit() {
        for (int pid : new int[] {-1, 0, 1}) {
            assertThatThrownBy(() -> Signals.TERM.send(pid)).isInstanceOf(DroverException.class);
            assertThatThrownBy(() -> Signals.TERM.sendToGroupOf(pid)).isInstanceOf(DroverException.class);
        }
    }
}
