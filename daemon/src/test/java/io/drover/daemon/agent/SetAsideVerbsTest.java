/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Reports.SetAsideReport;
import io.drover.api.agent.Verb;
import io.drover.api.time.Scheduler;
import io.drover.daemon.agent.InstanceRecord.JobKind;
import io.drover.daemon.agent.InstanceRecord.JobRecord;
import io.drover.fencing.FenceTransitions;
import io.drover.replication.Waiting;
import io.drover.topology.TopologyStore;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.zookeeper.KeeperException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetAsideVerbsTest {
    @TempDir
    private Path root;

    private final VerbTable table = new VerbTable();
    private ManagedInstance instance;
    private NodeTools tools;
    private Jobs jobs;

    @BeforeEach
    void demoteAnInstance() throws IOException {
        Path state = Files.createDirectories(root.resolve("agent"));
        instance = Samples.managed(state, Samples.record(Role.DEMOTED, 1, root));
        Files.createDirectories(data());
        tools = Samples.tools(root);
        jobs = new Jobs(tools);
        new SetAsideVerbs(tools, jobs, new TopologyStore(new Nowhere(), Duration.ofMillis(1))).addTo(table);
    }

    /** A ZooKeeper that never answers. */
    private static final class Nowhere implements ZooKeeperClient {
        @Override
        public Scheduler scheduler() {
            return Scheduler.system();
        }

        @Override
        public ZooKeeperSession session() throws KeeperException {
            throw new KeeperException.ConnectionLossException();
        }

        @Override
        public boolean isConnected() {
            return false;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void addListener(Listener listener) {
            assertThat(listener).isNotNull();
        }

        @Override
        public void removeListener(Listener listener) {
            assertThat(listener).isNotNull();
        }

        @Override
        public void close() {
            assertThat(isOpen()).isTrue();
        }
    }

    @Test
    void renamesTheDataDirectory() {
        assertThat(setAside().directories()).containsExactly(data() + ".set-aside-aaaaaaaa");
        assertThat(data()).doesNotExist();
    }

    @Test
    void renamesWhatARewindLeftThatDidNotComeToItsEnd() throws IOException {
        Path rewinding = tools.beside(instance.record(), "rewinding", Samples.MOVE);
        Files.move(data(), rewinding);

        assertThat(setAside().directories()).containsExactly(data() + ".set-aside-aaaaaaaa");
        assertThat(rewinding).doesNotExist();
        assertThat(tools.directories().leftovers(List.of(data()))).noneMatch(left -> left.contains("rewinding"));
    }

    @Test
    void givesUpARejoinThatRunsAndWaitsUntilItHasNoticed() throws InterruptedException {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch noticed = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        jobs.start(instance, JobRecord.begun(JobKind.REJOIN, Samples.MOVE, data()), job -> {
            job.endedBy(cancelled::countDown);
            working.countDown();
            await(noticed);
        });
        working.await();

        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(this::setAside)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
        assertThat(cancelled.getCount()).isZero();
        assertThat(data()).exists();

        noticed.countDown();
        assertThat(Waiting.until(Duration.ofSeconds(40), Duration.ofMillis(20), this::jobHasEnded))
                .isTrue();

        assertThat(setAside().directories()).hasSize(1);
        assertThat(instance.record().job()).isNull();
    }

    @Test
    void purgesNothingDuringAMove() {
        ShardTopology held = Samples.topology(TopologyState.SERVING, 4, Samples.THERE);
        ShardTopology free = FenceTransitions.release(FenceTransitions.withoutTarget(held));

        assertThat(SetAsideVerbs.mayPurge(List.of(free))).isTrue();
        assertThat(SetAsideVerbs.mayPurge(List.of(free, held))).isFalse();
        assertThat(SetAsideVerbs.mayPurge(List.of())).isFalse();
    }

    private boolean jobHasEnded() {
        try {
            jobs.requireEnded(instance);
            return true;
        } catch (DroverException e) {
            return false;
        }
    }

    private SetAsideReport setAside() {
        return table.rowOf(new Verb.SetAside()).body().run(new Verb.SetAside(), Samples.call(instance));
    }

    private Path data() {
        return root.resolve("shard_01/data");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
