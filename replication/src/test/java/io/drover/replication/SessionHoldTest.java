/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SessionHoldTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int NO_SENDER = 0;
    private static final AllowList NOBODY = new AllowList(Map.of(), NO_SENDER);

    @Test
    void holdsEverybodyAndLetsThemGoOn() throws Exception {
        try (StandInPostmaster postmaster = new StandInPostmaster(30, "exec sleep 60")) {
            assertThat(SessionHold.complete(postmaster.pid(), NOBODY)).isFalse();

            assertThat(SessionHold.hold(postmaster.pid(), NOBODY, LIMIT)).hasValue(30);
            assertThat(postmaster.children()).allMatch(pid -> ProcessTable.state(pid) == 'T');
            assertThat(SessionHold.complete(postmaster.pid(), NOBODY)).isTrue();

            SessionHold.release(postmaster.pid());
            assertThat(Waiting.until(
                            LIMIT,
                            Duration.ofMillis(1),
                            () -> postmaster.children().stream().noneMatch(ProcessTable::cannotGoOn)))
                    .isTrue();
        }
    }

    @Test
    void tellsWhoseClientWaitsByTheTitle() {
        String session = "postgres: shard_01: app app 127.0.0.1(4711)";
        assertThat(List.of(
                        session + " INSERT waiting for 0/5000028",
                        session + " COMMIT",
                        "postgres: app app [local] SELECT"))
                .allMatch(SessionHold::isBusy);
        assertThat(List.of(
                        session + " idle",
                        session + " idle in transaction",
                        // update_process_title is off: nobody knows
                        session,
                        "postgres: app app [local]",
                        "postgres: shard_01: background writer ",
                        "postgres: shard_01: autovacuum worker app",
                        ""))
                .noneMatch(SessionHold::isBusy);
    }

    @Test
    void sparesWhoIsSpared() throws Exception {
        try (StandInPostmaster postmaster = new StandInPostmaster(3, "exec sleep 60")) {
            int spared = postmaster.children().get(1);
            AllowList list = new AllowList(Map.of(spared, ProcessTable.title(spared)), NO_SENDER);

            assertThat(SessionHold.hold(postmaster.pid(), list, LIMIT)).hasValue(2);

            assertThat(postmaster.children().stream().filter(pid -> ProcessTable.state(pid) != 'T'))
                    .containsExactly(spared);
            assertThat(SessionHold.complete(postmaster.pid(), list)).isTrue();
        }
    }

    /** The process table tells the state of one thread only. */
    @Test
    void doesNotHoldAProcessOfSeveralThreadsAndLetsTheOthersGoOn() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String threads =
                java + " -Xmx16m -cp " + System.getProperty("java.class.path") + " '" + Sleeper.class.getName() + "'";
        try (StandInPostmaster postmaster =
                new StandInPostmaster(2, "if [ $i = 1 ]; then exec " + threads + "; else exec sleep 60; fi")) {
            List<Integer> children = postmaster.children();
            Path tasks = Path.of("/proc", children.get(0).toString(), "task");
            assertThat(Waiting.until(
                            LIMIT,
                            Duration.ofMillis(5),
                            () -> Objects.requireNonNull(tasks.toFile().list(), "no such process").length > 5))
                    .isTrue();

            assertThat(SessionHold.hold(postmaster.pid(), NOBODY, Duration.ofMillis(300)))
                    .isEmpty();

            assertThat(Waiting.until(LIMIT, Duration.ofMillis(1), () -> ProcessTable.state(children.get(1)) == 'S'))
                    .isTrue();
        }
    }

    @Test
    void whatIsHeldEndsWithoutGoingOn() throws Exception {
        try (StandInPostmaster postmaster = new StandInPostmaster(2, "trap '' TERM; exec sleep 60")) {
            int running = postmaster.children().get(0);
            int held = postmaster.children().get(1);
            SessionHold.hold(
                    postmaster.pid(), new AllowList(Map.of(running, ProcessTable.title(running)), NO_SENDER), LIMIT);

            assertThat(SessionHold.kill(held)).isTrue();
            assertThat(SessionHold.kill(running)).isFalse();

            assertThat(Waiting.until(LIMIT, Duration.ofMillis(1), () -> !ProcessTable.canAct(held)))
                    .isTrue();
            assertThat(ProcessTable.canAct(running)).isTrue();
        }
    }

    /** Sleeps on several threads, as every JVM does. */
    static final class Sleeper {
        private Sleeper() {}

        public static void main(String[] arguments) throws InterruptedException {
            Thread.currentThread().join();
        }
    }
}
