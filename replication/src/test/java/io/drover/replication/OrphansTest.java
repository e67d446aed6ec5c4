/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphansTest {
    private static final int SECONDS = 20;

    @TempDir
    private Path directory;

    private Process copy;
    private Process copyOfAnother;

    /** Processes that look like a base backup: the kernel shows the program's own name first, whatever it is linked to. */
    @BeforeEach
    void startCopies() throws IOException {
        Path program = Files.createSymbolicLink(directory.resolve("pg_basebackup"), Path.of("/bin/sleep"));
        copy = new ProcessBuilder("/bin/bash", "-c", "exec -a " + program + " bash -c 'read x' -- -D " + staging())
                .start();
        copyOfAnother = new ProcessBuilder(
                        "/bin/bash", "-c", "exec -a " + program + " bash -c 'read x' -- -D " + staging() + "2")
                .start();
    }

    @AfterEach
    void endCopies() {
        copy.destroyForcibly();
        copyOfAnother.destroyForcibly();
    }

    @Test
    void endsWhatWorksOnTheDirectoryAndNothingElse() throws InterruptedException {
        awaitNamed(copy);

        Orphans.end(staging());

        assertThat(copy.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(copyOfAnother.isAlive()).isTrue();
    }

    @Test
    void waitsForWhatWorksOnTheDirectoryAndEndsNothing() throws InterruptedException, IOException {
        awaitNamed(copy);

        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> Orphans.await(staging(), Duration.ofMillis(10)))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
        assertThat(copy.isAlive()).isTrue();

        copy.getOutputStream().close();
        Orphans.await(staging(), Duration.ofSeconds(SECONDS));

        assertThat(copy.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(copyOfAnother.isAlive()).isTrue();
    }

    @Test
    void knowsAProgramByItsNameAndItsDirectory() {
        Path data = Path.of("/d/shard_01");

        assertThat(Orphans.worksOn(List.of("/usr/bin/pg_basebackup", "-D", "/d/shard_01"), data))
                .isTrue();
        assertThat(Orphans.worksOn(List.of("pg_rewind", "--target-pgdata=/d/shard_01"), data))
                .isTrue();
        assertThat(Orphans.worksOn(List.of("/usr/bin/pg_basebackup", "-D", "/d/shard_012"), data))
                .isFalse();
        assertThat(Orphans.worksOn(List.of("/usr/bin/postgres", "-D", "/d/shard_01"), data))
                .isFalse();
        assertThat(Orphans.worksOn(List.of(), data)).isFalse();
    }

    private Path staging() {
        return directory.resolve("staging");
    }

    /** A started process shows its own arguments only after its exec. */
    private static void awaitNamed(Process process) {
        boolean named = Waiting.until(Duration.ofSeconds(SECONDS), Duration.ofMillis(20), () -> {
            List<String> argv = ProcessTable.argv((int) process.pid());
            return !argv.isEmpty() && argv.get(0).endsWith("pg_basebackup");
        });
        assertThat(named).as("the process took its name").isTrue();
    }
}
