/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.agent.Reports.Role;
import io.drover.daemon.agent.InstanceRecord.JobKind;
import io.drover.daemon.agent.InstanceRecord.JobPhase;
import io.drover.daemon.agent.InstanceRecord.JobRecord;
import io.drover.replication.ProcessTable;
import io.drover.replication.Waiting;
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

class JobsTest {
    private static final int SECONDS = 20;

    @TempDir
    private Path directory;

    private Process copy;

    /** Processes that look like a base backup: the kernel shows the program's own name first, whatever it is linked to. */
    @BeforeEach
    void startCopies() throws IOException {
        Path program = Files.createSymbolicLink(directory.resolve("pg_basebackup"), Path.of("/bin/sleep"));
        copy = new ProcessBuilder("/bin/bash", "-c", "exec -a " + program + " bash -c 'read x' -- -D " + staging())
                .start();
    }

    @AfterEach
    void endCopies() {
        copy.destroyForcibly();
    }

    @Test
    void anAgentThatStartsEndsTheCopyOfTheFormerOneAndSaysThatItFailed() throws InterruptedException {
        awaitNamed(copy);
        ManagedInstance instance = Samples.managed(
                directory,
                Samples.record(Role.STANDBY, 1).withJob(JobRecord.begun(JobKind.COPY, Samples.MOVE, staging())));

        new Jobs(Samples.tools(directory)).adopt(instance);

        assertThat(copy.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        awaitFailureStored();
    }

    @Test
    void anAgentThatStartsLetsTheRewindOfTheFormerOneComeToItsEnd() throws InterruptedException {
        awaitNamed(copy);
        ManagedInstance instance = Samples.managed(
                directory,
                Samples.record(Role.DEMOTED, 1).withJob(JobRecord.begun(JobKind.REJOIN, Samples.MOVE, staging())));

        new Jobs(Samples.tools(directory)).adopt(instance);

        assertThat(copy.isAlive()).isTrue();
        awaitFailureStored();
    }

    /** A little later: a full disk must not keep an agent from starting. */
    private void awaitFailureStored() {
        InstanceStore store = new InstanceStore(new StateDirectory(directory));
        boolean stored = Waiting.until(
                Duration.ofSeconds(SECONDS),
                Duration.ofMillis(5),
                () -> store.load().stream()
                        .map(InstanceRecord::job)
                        .anyMatch(job -> job != null && job.phase() == JobPhase.FAILED));
        assertThat(stored).as("the end of the job is on disk").isTrue();
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
