/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.Move.HistoryEntry;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.TopologyState;
import io.drover.client.ShardDataSource;
import io.drover.client.ShardDataSourceConfig;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LegacyInstance;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.LedgerSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** WAL segments that are too large to be filled up while clients wait: {@code -DsegmentMebibytes=1024} for the largest that there are. */
class LargeSegmentIT {
    private static final ShardId SHARD = new ShardId("segments");
    private static final int MEBIBYTES = Integer.getInteger("segmentMebibytes", 64);
    /** What a client that does not take part writes behind the fence, in large messages. */
    private static final String PAST_THE_END =
            "select pg_logical_emit_message(false, 'flood', repeat('x', 1000000)) from generate_series(1, 6)";

    private static final Duration OPEN = Duration.ofMillis(300);
    private static final int CLIENTS = 4;

    @AfterAll
    static void discard() {
        SharedCluster.discard();
    }

    @Test
    void whatIsWrittenPastTheEndCostsASecondFenceAndNoLongPause() throws Exception {
        LocalCluster cluster = SharedCluster.get();
        LegacyInstance legacy = LegacyInstance.start(cluster, LocalCluster.NODE_A, SHARD.value(), MEBIBYTES);
        try (Connection connection = legacy.connect()) {
            LedgerSchema.create(connection, 100);
        }
        adopt(cluster, legacy);
        Psql outsider = legacy.psql();
        List<String> errors = new CopyOnWriteArrayList<>();
        AtomicInteger committed = new AtomicInteger();
        try (ShardDataSource kit = ShardDataSource.open(ShardDataSourceConfig.builder(cluster.zookeeper(), SHARD)
                        .credentials(LegacyInstance.DATABASE, cluster.password())
                        .name("legacy-application")
                        .poolSize(CLIENTS + 1)
                        .build());
                TopologyProbe probe = TopologyProbe.open(cluster, SHARD);
                Clients clients = new Clients(kit, committed, errors)) {
            Waiting.until("the clients write", Scene.WRITING_LIMIT, () -> committed.get() > CLIENTS);
            // its transaction keeps the drain from ending before the outsider has written
            Connection held = kit.getConnection();
            held.setAutoCommit(false);
            try (Statement statement = held.createStatement()) {
                statement.execute("select 1");
            }
            probe.onNext(TopologyState.FENCED, () -> {
                outsider.run("postgres", PAST_THE_END);
                end(held);
            });

            Move move = move(cluster, LocalCluster.NODE_B);
            int before = committed.get();
            Waiting.until("the clients write again", Scene.WRITING_LIMIT, () -> committed.get() > before + CLIENTS);

            assertThat(move.history()).extracting(HistoryEntry::event).anyMatch(event -> event.contains("once more"));
            assertThat(move.history())
                    .extracting(HistoryEntry::event)
                    .filteredOn(event -> event.startsWith("FENCED"))
                    .hasSize(2);
            assertThat(move.cutover().writePauseMillis()).isPositive();
            clients.end();
            try (Connection connection = kit.getConnection();
                    Statement statement = connection.createStatement();
                    var rows = statement.executeQuery("select count(*) from ledger")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).as("every acknowledged row").isEqualTo(committed.get());
            }
        }
        assertThat(errors).isEmpty();
    }

    private static void end(Connection transaction) {
        try (transaction) {
            transaction.rollback();
        } catch (SQLException e) {
            throw new IllegalStateException("cannot end the transaction", e);
        }
    }

    private static Move move(LocalCluster cluster, NodeId target) {
        DroverRest rest = cluster.rest();
        Move move = rest.createMove(
                "{\"shard\":\"%s\",\"target\":\"%s\",\"maxWritePause\":\"10s\",\"drainTimeout\":\"3s\",\"waive\":[%s]}"
                        .formatted(SHARD, target, LocalCluster.WAIVER));
        rest.await(
                move.id(),
                "ready for a rollback",
                Scene.MOVE_LIMIT,
                seen -> seen.rollback() != null && seen.rollback().ready(),
                seen -> {});
        rest.complete(move.id());
        rest.await(move.id(), MoveState.COMPLETED, Scene.MOVE_LIMIT);
        return rest.move(move.id());
    }

    private static void adopt(LocalCluster cluster, LegacyInstance legacy) {
        String request = "{\"node\":\"%s\",\"dataDir\":\"%s\",\"port\":%d,\"database\":\"%s\"}"
                .formatted(LocalCluster.NODE_A, legacy.dataDirectory(), legacy.port(), LegacyInstance.DATABASE);
        DroverRest.Answer adopted = cluster.rest().put("/v1/shards/" + SHARD, request);
        assertThat(adopted.status()).as(adopted.body()).isEqualTo(201);
    }

    /** Clients whose transactions are open for long enough that a drain waits for one of them. */
    private static final class Clients implements AutoCloseable {
        private final List<Thread> threads = new CopyOnWriteArrayList<>();
        private volatile boolean running = true;

        Clients(ShardDataSource kit, AtomicInteger committed, List<String> errors) {
            for (int i = 0; i < CLIENTS; i++) {
                int writer = i;
                Thread thread = new Thread(() -> write(kit, writer, committed, errors), "client-" + i);
                threads.add(thread);
                thread.start();
            }
        }

        private void write(ShardDataSource kit, int writer, AtomicInteger committed, List<String> errors) {
            for (int sequence = 0; running; sequence++) {
                try (Connection connection = kit.getConnection();
                        Statement statement = connection.createStatement()) {
                    connection.setAutoCommit(false);
                    statement.execute("insert into ledger (run, writer, seq, note) values (1, " + writer + ", "
                            + sequence + ", 'long')");
                    Waiting.pause(OPEN);
                    connection.commit();
                    committed.incrementAndGet();
                } catch (SQLException e) {
                    errors.add(String.valueOf(e.getMessage()));
                    return;
                }
            }
        }

        @Override
        public void close() {
            end();
        }

        void end() {
            running = false;
            Waiting.until(
                    "the clients have ended",
                    Scene.WRITING_LIMIT,
                    () -> threads.stream().noneMatch(Thread::isAlive));
        }
    }
}
