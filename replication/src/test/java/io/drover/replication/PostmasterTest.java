/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.agent.Reports.StopMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostmasterTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Before that the process is a shell still, and no server to anybody. */
    private static final String UNTIL_IT_IS_THERE =
            "until readlink /proc/$!/exe | grep -q bin/postgres; do sleep 0.01; done";

    @TempDir
    private Path directory;

    private Postmaster postmaster;

    /** A program of the server's name, so that the process table shows one. */
    @BeforeEach
    void makePrograms() throws IOException {
        Files.createDirectories(data());
        Files.createDirectories(directory.resolve("bin"));
        Files.copy(Path.of("/bin/sleep"), directory.resolve("bin/postgres"));
        postmaster = new Postmaster(new PostgresBinaries(directory.resolve("bin")), data());
    }

    @AfterEach
    void endServer() {
        postmaster.find().ifPresent(running -> Signals.KILL.send(running.pid()));
        ProcessTable.serversIn(data()).forEach(Signals.KILL::send);
    }

    @Test
    void saysThatAServerWhichStillRecoversMayBeWaitedFor() throws IOException {
        pgCtl("cd '" + data() + "'; ../bin/postgres 60 >/dev/null 2>&1 & echo $! > '" + data() + "/postmaster.pid'; "
                + UNTIL_IT_IS_THERE + "; exit 1");

        failsWith(ErrorCode.TIMEOUT);

        assertThat(start().alive()).isTrue();
    }

    @Test
    void saysThatAServerWhichEndedHasFailed() throws IOException {
        pgCtl("exit 1");

        failsWith(ErrorCode.POSTGRES_FAILED);
    }

    @Test
    void endsWhatASealHoldsAndNothingElse() throws IOException {
        int server = startWithChildren();
        List<Integer> children = children(server);
        stop(children.subList(0, 2));
        assertThat(postmaster.isHeld()).isFalse();

        // without a seal: somebody else has stopped them
        postmaster.endHeldGently(LIMIT);
        assertThat(children).allMatch(ProcessTable::canAct);

        PostmasterDoor.hold(server, LIMIT);
        assertThat(postmaster.isHeld()).isTrue();
        postmaster.endHeldGently(LIMIT);

        // busy ones are killed and not waited for
        List<Integer> held = children.subList(0, 2);
        assertThat(Waiting.until(
                        LIMIT, Duration.ofMillis(2), () -> held.stream().noneMatch(ProcessTable::canAct)))
                .isTrue();
        assertThat(ProcessTable.canAct(children.get(2))).isTrue();
        assertThat(PostmasterDoor.held(server)).isTrue();
    }

    @Test
    void endsWhatASealHeldOfAServerWhosePostmasterIsDead() throws IOException {
        int server = startWithChildren();
        List<Integer> children = children(server);
        stop(children.subList(0, 2));
        Signals.KILL.send(server);
        assertThat(Waiting.until(LIMIT, Duration.ofMillis(2), postmaster::isHeld))
                .isTrue();

        postmaster.endHeldOrphans();

        assertThat(Waiting.until(
                        LIMIT,
                        Duration.ofMillis(2),
                        () -> children.subList(0, 2).stream().noneMatch(ProcessTable::canAct)))
                .isTrue();
        assertThat(ProcessTable.canAct(children.get(2))).isTrue();
        assertThat(postmaster.isHeld()).isFalse();
    }

    @Test
    void haltsWhatWorksAndWhatASealHoldsAndThePostmaster() throws IOException {
        int server = startWithChildren();
        List<Integer> children = children(server);
        stop(children.subList(0, 2));

        postmaster.halt(LIMIT);

        assertThat(ProcessTable.canAct(children.get(2))).isFalse();
        assertThat(ProcessTable.canAct(server)).isFalse();
        assertThat(postmaster.find()).isEmpty();
        // what was held is killed and needs not be past its last instruction yet
        assertThat(Waiting.until(
                        LIMIT, Duration.ofMillis(2), () -> children.stream().noneMatch(ProcessTable::canAct)))
                .isTrue();
        postmaster.halt(LIMIT);
        assertThat(children).noneMatch(ProcessTable::canAct);
        postmaster.stop(StopMode.IMMEDIATE, LIMIT);
        assertThat(postmaster.stopped()).isTrue();
    }

    @Test
    void haltsTheProgramsOfAChildToo() throws IOException {
        Path bin = directory.resolve("bin");
        Files.copy(Path.of("/bin/bash"), bin.resolve("postgres"), StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(
                directory.resolve("child"), "sleep 60 & echo $! > program.new; mv program.new program; wait\n");
        pgCtl("cd '" + data() + "'; ../bin/postgres -c 'setsid ../bin/postgres ../child & wait' >/dev/null 2>&1 & "
                + "echo $! > '" + data() + "/postmaster.pid'; " + UNTIL_IT_IS_THERE);
        start();
        Path file = data().resolve("program");
        assertThat(Waiting.until(LIMIT, Duration.ofMillis(2), () -> Files.exists(file)))
                .isTrue();
        int program = Integer.parseInt(Files.readString(file).strip());
        assertThat(ProcessTable.canAct(program)).isTrue();

        postmaster.halt(LIMIT);

        assertThat(Waiting.until(LIMIT, Duration.ofMillis(2), () -> !ProcessTable.canAct(program)))
                .isTrue();
    }

    @Test
    void haltsWhatADeadPostmasterHasLeft() throws IOException {
        int server = startWithChildren();
        List<Integer> children = children(server);
        stop(children.subList(0, 2));
        Signals.KILL.send(server);
        assertThat(Waiting.until(LIMIT, Duration.ofMillis(2), () -> !ProcessTable.canAct(server)))
                .isTrue();

        postmaster.halt(LIMIT);

        assertThat(children).noneMatch(ProcessTable::canAct);
    }

    @Test
    void startsWhenTheLastProcessOfTheFormerServerIsGone() throws Exception {
        Process former = new ProcessBuilder(directory.resolve("bin/postgres").toString(), "60")
                .directory(data().toFile())
                .start();
        assertThat(Waiting.until(
                        LIMIT,
                        Duration.ofMillis(2),
                        () -> ProcessTable.serversIn(data()).contains((int) former.pid())))
                .isTrue();
        CompletableFuture.delayedExecutor(400, TimeUnit.MILLISECONDS).execute(former::destroyForcibly);
        pgCtl("kill -0 " + former.pid() + " && exit 1; cd '" + data()
                + "'; ../bin/postgres 60 >/dev/null 2>&1 & echo $! > '" + data() + "/postmaster.pid'; "
                + UNTIL_IT_IS_THERE);

        assertThat(start().alive()).isTrue();
    }

    @Test
    void takesTheLocksOfAPostmasterAwayThatNobodyReaps() throws IOException {
        Path socketLock = directory.resolve(".s.PGSQL.5433.lock");
        Path anothers = directory.resolve(".s.PGSQL.5434.lock");
        try (StandInPostmaster parent = new StandInPostmaster(1, "exec sleep 60")) {
            int zombie = parent.children().get(0);
            Signals.KILL.send(zombie);
            assertThat(Waiting.until(LIMIT, Duration.ofMillis(2), () -> ProcessTable.state(zombie) == 'Z'))
                    .isTrue();
            Files.writeString(
                    data().resolve("postmaster.pid"),
                    zombie + "\n" + data() + "\n1700000000\n5433\n" + directory + "\n127.0.0.1\n\n\n");
            Files.writeString(socketLock, zombie + "\n");
            Files.writeString(anothers, zombie + 1 + "\n");
            pgCtl("test -e '" + data() + "/postmaster.pid' && exit 1; test -e '" + socketLock + "' && exit 1; cd '"
                    + data()
                    + "'; ../bin/postgres 60 >/dev/null 2>&1 & echo $! > '" + data() + "/postmaster.pid'; "
                    + UNTIL_IT_IS_THERE);

            assertThat(start().alive()).isTrue();
            assertThat(socketLock).doesNotExist();
            assertThat(anothers).exists();
        }
    }

    /** A shell as postmaster, with three children. */
    private int startWithChildren() throws IOException {
        Path bin = directory.resolve("bin");
        Files.copy(Path.of("/bin/bash"), bin.resolve("postgres"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(Path.of("/bin/sleep"), bin.resolve("postgres-child"));
        pgCtl("cd '" + data() + "'; ../bin/postgres -c 'for i in 1 2 3; do ../bin/postgres-child 60 & done; wait' "
                + ">/dev/null 2>&1 & echo $! > '" + data() + "/postmaster.pid'; " + UNTIL_IT_IS_THERE);
        assertThat(Waiting.until(
                        LIMIT,
                        Duration.ofMillis(2),
                        () -> start().alive() && children(start().pid()).size() == 3))
                .isTrue();
        return start().pid();
    }

    private static void stop(List<Integer> pids) {
        pids.forEach(Signals.STOP::send);
        assertThat(Waiting.until(
                        LIMIT, Duration.ofMillis(1), () -> pids.stream().allMatch(ProcessTable::cannotGoOn)))
                .isTrue();
    }

    /** Those that are programs of their own already: until then a child's title is the shell's, which names them too. */
    private static List<Integer> children(int pid) {
        return Arrays.stream(ProcessTable.children(pid))
                .boxed()
                .filter(child -> ProcessTable.title(child).startsWith("../bin/postgres-child"))
                .toList();
    }

    private void failsWith(ErrorCode code) {
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(this::start)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    private Postmaster.Running start() {
        return postmaster.start(directory.resolve("postgresql.conf"), directory.resolve("log"), LIMIT);
    }

    private void pgCtl(String script) throws IOException {
        Path program = directory.resolve("bin/pg_ctl");
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    private Path data() {
        return directory.resolve("data");
    }
}
