/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.fencing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.DroverException;
import io.drover.api.FenceEpoch;
import io.drover.api.Participant;
import io.drover.api.ShardId;
import io.drover.api.time.Scheduler;
import io.drover.topology.ParticipantStore;
import io.drover.topology.Registration;
import io.drover.topology.Watch;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DrainWatchTest {
    private static final ShardId SHARD = new ShardId("shard_01");
    private static final FenceEpoch EPOCH = new FenceEpoch(8);
    private static final Map<ShardId, FenceEpoch> EPOCHS = Map.of(SHARD, EPOCH);
    private static final Duration LONG = Duration.ofSeconds(60);

    private TestingServer server;
    private ZooKeeperClient client;
    private ParticipantStore participants;
    private DrainWatch watch;

    @BeforeEach
    void start() throws Exception {
        server = new TestingServer();
        client = ZooKeeperConnection.connect(server.getConnectString() + "/drover", Duration.ofSeconds(20));
        participants = new ParticipantStore(client);
        awaitParticipants();
        watch = new DrainWatch(participants, Scheduler.system());
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.close();
    }

    /** Connecting waits for a few seconds only; the directories above may be made after that. */
    private void awaitParticipants() throws InterruptedException {
        long end = System.nanoTime() + LONG.toNanos();
        while (!hasParticipants()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + LONG);
            }
            Scheduler.system().pause(Duration.ofMillis(2));
        }
    }

    private boolean hasParticipants() {
        try {
            participants.ensure(SHARD);
            return true;
        } catch (DroverException e) {
            return false;
        }
    }

    private static Participant participant(String name, long acked, boolean targetReady) {
        return new Participant(1, name, "host_1", new FenceEpoch(acked), targetReady);
    }

    @Test
    void shardWithoutClientsIsDrainedAtOnce() {
        DrainResult result = watch.awaitDrained(EPOCHS, LONG);

        assertThat(result.complete()).isTrue();
        assertThat(result.acknowledged()).isEmpty();
    }

    @Test
    void waitsForTheLastAcknowledgement() {
        Registration ledger = participants.register(SHARD, "ledger-1", participant("ledger", 7, true));
        participants.register(SHARD, "report-1", participant("report", 8, true));
        CompletableFuture<DrainResult> waiting = CompletableFuture.supplyAsync(() -> watch.awaitDrained(EPOCHS, LONG));

        ledger.update(participant("ledger", 8, true));

        assertThat(waiting.join().complete()).isTrue();
        assertThat(waiting.join().acknowledged())
                .containsExactly("ledger on host_1 (ledger-1)", "report on host_1 (report-1)");
    }

    @Test
    void namesWhoDoesNotAcknowledgeInTime() {
        participants.register(SHARD, "ledger-1", participant("ledger", 6, true));
        participants.register(SHARD, "report-1", participant("report", 9, true));

        DrainResult result = watch.awaitDrained(EPOCHS, Duration.ofMillis(50));

        assertThat(result.complete()).isFalse();
        assertThat(result.missing()).containsExactly("ledger on host_1 (ledger-1)");
        assertThat(result.vanished()).isEmpty();
        assertThat(result.acknowledged()).containsExactly("report on host_1 (report-1)");
        assertThat(result.millis()).isGreaterThanOrEqualTo(50);
    }

    @Test
    void vanishedClientIsNeverDrainedAndNotWaitedFor() {
        Readings readings = new Readings(List.of(
                Map.of("ledger-1", participant("ledger", 7, true), "report-1", participant("report", 7, true)),
                Map.of("report-1", participant("report", 7, true)),
                Map.of("report-1", participant("report", 8, true))));

        DrainResult result = new DrainWatch(Scheduler.system(), readings).awaitDrained(EPOCHS, LONG);

        assertThat(result.complete()).isFalse();
        assertThat(result.missing()).containsExactly("ledger on host_1 (ledger-1)");
        assertThat(result.vanished()).containsExactly("ledger on host_1 (ledger-1)");
        assertThat(result.acknowledged()).containsExactly("report on host_1 (report-1)");
        assertThat(readings.closed).isTrue();
    }

    @Test
    void clientThatAcknowledgesAndThenLeavesIsDrained() {
        Readings readings = new Readings(List.of(
                Map.of("ledger-1", participant("ledger", 8, true), "report-1", participant("report", 7, true)),
                Map.of("report-1", participant("report", 8, true))));

        assertThat(new DrainWatch(Scheduler.system(), readings)
                        .awaitDrained(EPOCHS, LONG)
                        .complete())
                .isTrue();
    }

    @Test
    void clientsWithoutAWarmPoolToTheTargetAreNamed() {
        participants.register(SHARD, "ledger-1", participant("ledger", 7, true));
        participants.register(SHARD, "report-1", participant("report", 7, false));

        assertThat(watch.notReady(List.of(SHARD))).containsExactly("report on host_1 (report-1)");
    }

    /** Participants that change with each reading. */
    private static final class Readings implements DrainWatch.Participants {
        private final Deque<Map<String, Participant>> answers;
        private Runnable onChange = () -> {};
        private boolean closed;

        private Readings(List<Map<String, Participant>> answers) {
            this.answers = new ArrayDeque<>(answers);
        }

        @Override
        public Map<String, Participant> list(ShardId shard) {
            onChange.run();
            return answers.size() > 1 ? answers.removeFirst() : answers.getFirst();
        }

        @Override
        public Watch watch(ShardId shard, Runnable listener) {
            onChange = listener;
            return () -> closed = true;
        }
    }
}
