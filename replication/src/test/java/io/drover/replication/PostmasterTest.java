/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostmasterTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

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
    }

    @Test
    void saysThatAServerWhichStillRecoversMayBeWaitedFor() throws IOException {
        pgCtl("cd '" + data() + "'; ../bin/postgres 60 >/dev/null 2>&1 & echo $! > '" + data()
                + "/postmaster.pid'; exit 1");

        failsWith(ErrorCode.TIMEOUT);

        assertThat(start().alive()).isTrue();
    }

    @Test
    void saysThatAServerWhichEndedHasFailed() throws IOException {
        pgCtl("exit 1");

        failsWith(ErrorCode.POSTGRES_FAILED);
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
