/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Lsn;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalKeeperTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int SIZE = 8;

    @TempDir
    private Path directory;

    private final AtomicLong running = new AtomicLong();
    private Path data;
    private Path copies;

    @BeforeEach
    void makeServer() throws IOException {
        // reads no record: what is read is no matter here
        Path program = directory.resolve("pg_waldump");
        Files.writeString(program, "#!/bin/sh\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        data = directory.resolve("data");
        copies = directory.resolve("copies");
        Files.createDirectories(data.resolve("pg_wal"));
        segment(4);
        segment(5);
    }

    @Test
    void keepsTheCopyOfTheLastStopAlone() throws IOException {
        try (WalKeeper keeper = watch()) {
            runAndStop(keeper, 101, 0);
            segment(6);
            runAndStop(keeper, 102, 1);

            Waiting.until("the first copy is gone", LIMIT, () -> !Files.exists(copies.resolve("0")));
            assertThat(segments("1")).hasSize(3);
        }
    }

    @Test
    void keepsWhatWasReadOfItWhenItIsTold() throws IOException {
        try (WalKeeper keeper = watch()) {
            segment(6);
            runAndStop(keeper, 101, 0);

            keeper.commitsPast(directory, "a", 3, fork(6));
            keeper.commitsPast(directory, "a", 1, fork(5));
            keeper.keepWhatWasRead();

            assertThat(segments("0")).containsExactlyInAnyOrder(name(5), name(6));
        }
    }

    @Test
    void deletesEverythingWhenItIsTold() throws IOException {
        try (WalKeeper keeper = watch()) {
            runAndStop(keeper, 101, 0);

            keeper.discard();

            assertThat(copies).doesNotExist();
            assertThat(keeper.commitsPast(directory, "a", 1, fork(5))).isEmpty();
        }
    }

    private WalKeeper watch() {
        return WalKeeper.watch(data, copies, directory.resolve("held"), pid -> running.get() == pid);
    }

    private void runAndStop(WalKeeper keeper, long pid, int copy) throws IOException {
        running.set(pid);
        Files.writeString(data.resolve("postmaster.pid"), pid + "\n");
        // long enough to be seen
        Waiting.pause(Duration.ofMillis(200));
        running.set(0);
        Files.delete(data.resolve("postmaster.pid"));
        Waiting.until(
                "copy " + copy,
                LIMIT,
                () -> keeper.newest()
                        .filter(newest -> newest.directory().equals(copies.resolve(String.valueOf(copy))))
                        .isPresent());
    }

    private List<String> segments(String copy) throws IOException {
        try (Stream<Path> files = Files.list(copies.resolve(copy))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private void segment(int number) throws IOException {
        byte[] content = new byte[SIZE];
        content[0] = 16;
        Files.write(data.resolve("pg_wal").resolve(name(number)), content);
    }

    private static String name(int number) {
        return "00000001000000000000000" + number;
    }

    /** In the middle of a segment. */
    private static Lsn fork(int number) {
        return new Lsn((long) number * SIZE + 3);
    }
}
