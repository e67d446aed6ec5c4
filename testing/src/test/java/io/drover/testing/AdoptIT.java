/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.client.ShardDataSource;
import io.drover.client.ShardDataSourceConfig;
import io.drover.testing.checker.Evidence.When;
import io.drover.testing.checker.RowTally;
import io.drover.testing.checker.Rows;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LegacyInstance;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.cluster.WorldSnapshot;
import io.drover.testing.ledger.Ledger;
import io.drover.testing.ledger.LedgerOptions;
import io.drover.testing.ledger.LedgerSchema;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** An instance that somebody else made is taken over as it runs, moves under load, and comes back the way it was started. */
class AdoptIT {
    private static final ShardId SHARD = new ShardId("legacy");
    private static final ShardId BLOCKED = new ShardId("blocked");
    private static final ShardId SLOW = new ShardId("slow");
    private static final Duration SLOW_START = Duration.ofSeconds(90);
    private static final int ROWS = 5_000;
    private static final Duration PAUSE = Duration.ofMillis(10);

    /** A cluster with more shards than one is not what the other tests expect. */
    @AfterAll
    static void discard() {
        SharedCluster.discard();
    }

    @Test
    void anAdoptedInstanceMovesAndComesBackAsItWas() throws SQLException {
        LocalCluster cluster = SharedCluster.get();
        NodeId source = LocalCluster.NODE_A;
        NodeId target = LocalCluster.NODE_B;
        LegacyInstance legacy = LegacyInstance.start(cluster, source, SHARD.value());
        long postmaster = Postmasters.of(legacy.dataDirectory()).orElseThrow();
        String commandLine = legacy.commandLine();
        var configuration = legacy.configuration();
        try (Connection connection = legacy.connect()) {
            LedgerSchema.create(connection, ROWS);
        }
        adopt(cluster, source, legacy, SHARD);
        assertThat(Postmasters.of(legacy.dataDirectory()))
                .as("adopted without a restart")
                .hasValue(postmaster);
        assertRefusedWhileItsNodeIsInAMove(cluster, source);
        moveAwayAndBack(cluster, source, target);
        assertThat(legacy.commandLine()).isEqualTo(commandLine);
        assertThat(legacy.configuration()).isEqualTo(configuration);
    }

    /** What a shard that Drover made cannot have: each takes a setting that needs a restart, or stops every commit. */
    @Test
    void seesWhatForbidsToMoveAnInstanceThatSomebodyElseSetUp() throws SQLException {
        LocalCluster cluster = SharedCluster.get();
        NodeId source = LocalCluster.NODE_A;
        LegacyInstance legacy = LegacyInstance.start(cluster, source, BLOCKED.value());
        adopt(cluster, source, legacy, BLOCKED);
        String[] blocking = {"P14", "P16", "P25", "P40", "P41", "P42"};
        assertThat(DryRun.failures(cluster, BLOCKED, LocalCluster.NODE_B)).doesNotContainKeys(blocking);

        Psql sql = legacy.psql();
        // first, because it would wait for the prepared transaction
        sql.run("postgres", "select pg_create_logical_replication_slot('planted', 'pgoutput')");
        sql.run("postgres", "begin; create table planted (a int); prepare transaction 'planted'");
        sql.run("postgres", "create tablespace planted location '" + legacy.directory("tablespace") + "'");
        Process receiver = legacy.receiveWal();
        try {
            sql.run("postgres", "alter system set archive_command = 'false'");
            sql.run("postgres", "select pg_reload_conf()");
            sql.run("postgres", "create table written (a int); select pg_switch_wal()");
            awaitRow(sql, "select failed_count > 0 from pg_stat_archiver");
            awaitRow(sql, "select count(*) > 0 from pg_stat_replication where state = 'streaming'");
            // last: no commit returns from here on
            sql.run("postgres", "alter system set synchronous_standby_names = 'nobody'");
            sql.run("postgres", "select pg_reload_conf()");
            awaitRow(sql, "select current_setting('synchronous_standby_names') = 'nobody'");

            assertThat(DryRun.failures(cluster, BLOCKED, LocalCluster.NODE_B))
                    .containsKeys(blocking)
                    .hasEntrySatisfying("P25", message -> assertThat(message).contains("tablespace"))
                    .hasEntrySatisfying("P41", message -> assertThat(message).contains("pg_receivewal"));
        } finally {
            receiver.destroy();
        }
    }

    /** A node has more instances than one, and each may take its time. */
    @Test
    void aDeadInstanceIsStartedWhileAnotherOfItsNodeTakesLongToStart() throws SQLException {
        LocalCluster cluster = SharedCluster.get();
        NodeId node = cluster.rest().shard(LocalCluster.SHARD).primary().node();
        LegacyInstance legacy = LegacyInstance.start(cluster, node, SLOW.value());
        adopt(cluster, node, legacy, SLOW);
        legacy.startSlowlyFromNowOn(SLOW_START);
        try (Scene scene = Scene.open()) {
            scene.expectErrors();
            long killed = System.nanoTime();
            kill(legacy.dataDirectory());
            awaitOther(legacy.dataDirectory());
            kill(cluster.dataDirectory(node));
            awaitOther(cluster.dataDirectory(node));
            scene.awaitWrites(50);
            assertThat(Duration.ofNanos(System.nanoTime() - killed))
                    .as("the other one is not waited for")
                    .isLessThan(SLOW_START);
            assertThat(legacy.psql().succeeds("postgres", "select 1")).isFalse();
        }
    }

    private static void kill(Path dataDirectory) {
        long postmaster = Postmasters.of(dataDirectory).orElseThrow();
        ProcessTable.signal(postmaster, "KILL");
        Waiting.until("it is dead", Scene.WRITING_LIMIT, () -> !ProcessTable.isAlive(postmaster));
    }

    private static void awaitOther(Path dataDirectory) {
        Waiting.until(
                "the agent has started a server in " + dataDirectory,
                Scene.WRITING_LIMIT,
                () -> Postmasters.of(dataDirectory).isPresent());
    }

    private static void adopt(LocalCluster cluster, NodeId node, LegacyInstance legacy, ShardId shard) {
        String request = "{\"node\":\"%s\",\"dataDir\":\"%s\",\"port\":%d,\"database\":\"%s\"}"
                .formatted(node, legacy.dataDirectory(), legacy.port(), LegacyInstance.DATABASE);
        DroverRest.Answer adopted = cluster.rest().put("/v1/shards/" + shard, request);
        assertThat(adopted.status()).as(adopted.body()).isEqualTo(201);
    }

    private static void awaitRow(Psql sql, String question) {
        Waiting.until(
                question,
                Scene.WRITING_LIMIT,
                () -> sql.run("postgres", question).equals("t"));
    }

    private static void assertRefusedWhileItsNodeIsInAMove(LocalCluster cluster, NodeId source) {
        DroverRest rest = cluster.rest();
        NodeId primary = rest.shard(LocalCluster.SHARD).primary().node();
        NodeId busy = cluster.nodes().stream()
                .map(ClusterNode::id)
                .filter(node -> !node.equals(primary) && !node.equals(source))
                .findFirst()
                .orElseThrow();
        Move other = rest.createMove("{\"shard\":\"%s\",\"target\":\"%s\",\"cutover\":\"approve\",\"waive\":[%s]}"
                .formatted(LocalCluster.SHARD, busy, LocalCluster.WAIVER));
        rest.await(other.id(), MoveState.READY, Scene.MOVE_LIMIT);
        var before = WorldSnapshot.of(cluster).facts();

        DroverRest.Answer refused =
                rest.post("/v1/moves", "{\"shard\":\"%s\",\"target\":\"%s\"}".formatted(SHARD, busy));

        assertThat(refused.status()).as(refused.body()).isEqualTo(409);
        assertThat(refused.json().get("code").asText()).isEqualTo("NODE_BUSY");
        assertThat(refused.json().get("moveId").asText()).isEqualTo(other.id().value());
        assertThat(WorldSnapshot.differences(before, WorldSnapshot.of(cluster).facts()))
                .isEmpty();
        rest.act(other.id(), "abort");
        rest.await(other.id(), MoveState.ABORTED, Scene.MOVE_LIMIT);
    }

    private static void moveAwayAndBack(LocalCluster cluster, NodeId source, NodeId target) throws SQLException {
        DroverRest rest = cluster.rest();
        try (ShardDataSource kit = ShardDataSource.open(ShardDataSourceConfig.builder(cluster.zookeeper(), SHARD)
                        .credentials(LegacyInstance.DATABASE, cluster.password())
                        .name("legacy-application")
                        .poolSize(4)
                        .build());
                Ledger ledger = Ledger.start(new LedgerOptions(1, 3, 1, ROWS, 1, PAUSE, PAUSE), kit)) {
            awaitWrites(ledger, 50);
            Move move = rest.createMove("{\"shard\":\"%s\",\"target\":\"%s\",\"maxWritePause\":\"10s\",\"waive\":[%s]}"
                    .formatted(SHARD, target, LocalCluster.WAIVER));
            rest.await(
                    move.id(),
                    "ready for a rollback",
                    Scene.MOVE_LIMIT,
                    seen -> seen.rollback() != null && seen.rollback().ready(),
                    seen -> {});
            assertThat(rest.shard(SHARD).primary().node()).isEqualTo(target);
            awaitWrites(ledger, 50);
            try (Connection connection = kit.getConnection();
                    var statement = connection.createStatement();
                    var row = statement.executeQuery("select current_setting('max_connections')")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).as("the settings move, too").isEqualTo("77");
            }
            rest.act(move.id(), "rollback");
            rest.await(move.id(), MoveState.ROLLED_BACK, Scene.MOVE_LIMIT);
            assertThat(rest.shard(SHARD).primary().node()).isEqualTo(source);
            awaitWrites(ledger, 50);
            ledger.stop();
            try (Connection connection = kit.getConnection()) {
                RowTally check = RowTally.of(ledger.logs(), Rows.read(connection, 1, When.FIRST));
                assertThat(check.isClean()).as(check.toString()).isTrue();
            }
            assertThat(ledger.errorTexts()).as("errors of clients").isEmpty();
        }
    }

    private static void awaitWrites(Ledger ledger, int count) {
        long goal = ledger.acked() + count;
        Waiting.until(
                count + " further writes, errors " + ledger.errorTexts(),
                Scene.WRITING_LIMIT,
                () -> ledger.acked() >= goal);
    }
}
