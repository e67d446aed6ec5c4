/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.client.ShardDataSource;
import io.drover.client.ShardDataSourceConfig;
import io.drover.testing.checker.Evidence.When;
import io.drover.testing.checker.RowTally;
import io.drover.testing.checker.Rows;
import io.drover.testing.cluster.DebianInstance;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.Ledger;
import io.drover.testing.ledger.LedgerOptions;
import io.drover.testing.ledger.LedgerSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * An instance that pg_createcluster made, with two databases that become a shard each, in the middle of its work: it moves with its
 * configuration, rolls back, and comes back to where it was and under who ran it. Also where its data directory is a mount point.
 */
class DebianAdoptionIT {
    private static final ShardId ORDERS = new ShardId("orders");
    private static final ShardId BILLING = new ShardId("billing");
    /** Of the same instance, adopted only when that lies elsewhere. */
    private static final ShardId LATER = new ShardId("later");

    private static final NodeId HOME = LocalCluster.NODE_A;
    private static final NodeId AWAY = LocalCluster.NODE_B;
    private static final int ROWS = 2_000;
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int SOME_WRITES = 50;

    /** Its shards stay in the topology, and the next instance has shards of the same names. */
    @AfterEach
    void discard() {
        SharedCluster.discard();
    }

    @Test
    void anInstanceOfDebiansMovesRollsBackAndComesHome() throws SQLException, IOException {
        movesRollsBackAndComesHome(false);
    }

    @Test
    void oneWhoseDataDirectoryIsAMountPointDoesSo() throws SQLException, IOException {
        movesRollsBackAndComesHome(true);
    }

    private static void movesRollsBackAndComesHome(boolean mounted) throws SQLException, IOException {
        assumeTrue(DebianInstance.isPossible(), "needs root and postgresql-common");
        LocalCluster cluster = SharedCluster.get();
        try (DebianInstance instance = DebianInstance.start(cluster, HOME, mounted, "orders", "billing", "later")) {
            long postmaster = Postmasters.of(instance.dataDirectory()).orElseThrow();
            String commandLine = instance.commandLine();
            Map<String, String> configuration = instance.configurationFiles();
            assertThat(instance.startMode()).isEqualTo("auto");
            for (ShardId shard : List.of(ORDERS, BILLING)) {
                try (Connection connection = instance.connect(shard.value())) {
                    LedgerSchema.create(connection, ROWS);
                    String session = backend(connection);
                    adopt(cluster, HOME, instance.dataDirectory().toString(), instance.port(), shard);
                    assertThat(backend(connection))
                            .as("what a client's session is after the adoption")
                            .isEqualTo(session);
                }
            }
            assertThat(Postmasters.of(instance.dataDirectory()))
                    .as("adopted without a restart")
                    .hasValue(postmaster);
            assertThat(instance.startMode())
                    .as("nothing but the agent starts it")
                    .isEqualTo("manual");

            try (Writers orders = new Writers(cluster, ORDERS);
                    Writers billing = new Writers(cluster, BILLING)) {
                travel(cluster, instance, List.of(orders, billing), mounted);
                orders.requireNothingLost();
                billing.requireNothingLost();
            }
            assertThat(instance.commandLine()).isEqualTo(commandLine);
            Map<String, String> after = instance.configurationFiles();
            assertThat(after.keySet()).isEqualTo(configuration.keySet());
            after.remove("start.conf");
            assertThat(configuration).containsAllEntriesOf(after);
            isStartedAgainByWhoRanIt(instance);
        }
    }

    /** Who serves it, and the settings that it was begun with. */
    private static String backend(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select pg_backend_pid() || ' ' || current_setting('synchronous_commit')"
                                + " || ' ' || current_setting('search_path') || ' ' || inet_server_port()")) {
            row.next();
            return row.getString(1);
        }
    }

    private static void travel(LocalCluster cluster, DebianInstance instance, List<Writers> clients, boolean mounted)
            throws IOException {
        DroverRest rest = cluster.rest();
        long starts = instance.starts();

        Move first = awaitBaking(cluster, AWAY, clients);
        assertThat(first.shards()).as("one move takes every shard along").containsExactlyInAnyOrder(BILLING, ORDERS);
        assertThat(rest.shard(BILLING).primary().node()).isEqualTo(AWAY);
        hasItsConfiguration(cluster);
        assertThat(instance.status())
                .as("the way back runs under Debian's tools")
                .isEqualTo("online,recovery");
        rest.act(first.id(), "rollback");
        rest.await(first.id(), MoveState.ROLLED_BACK, Scene.MOVE_LIMIT);
        clients.forEach(Writers::await);
        assertThat(instance.status()).isEqualTo("online");
        assertThat(instance.starts()).as("started once, as the way back").isEqualTo(starts + 1);

        complete(cluster, awaitBaking(cluster, AWAY, clients));
        assertThat(instance.status()).isEqualTo("down");
        List<String> left = names(
                mounted ? instance.dataDirectory() : instance.dataDirectory().getParent());
        assertThat(left).as("the old copy is kept").anyMatch(name -> name.startsWith("main.set-aside-"));
        purge(cluster, HOME);

        adopt(cluster, AWAY, place(cluster, AWAY).get("dataDir").asText(), instance.port(), LATER);
        assertThat(rest.shard(LATER).epoch()).isEqualTo(rest.shard(ORDERS).epoch());

        Move home = awaitBaking(cluster, HOME, clients);
        assertThat(home.shards()).containsExactlyInAnyOrder(BILLING, LATER, ORDERS);
        complete(cluster, home);
        assertThat(rest.shard(LATER).primary().node()).isEqualTo(HOME);
        assertThat(instance.status()).as("it has come home").isEqualTo("online");
        purge(cluster, AWAY);
        assertThat(names(instance.dataDirectory()))
                .contains("PG_VERSION")
                .noneMatch(name -> name.startsWith("main.") || name.startsWith("drover_"));
    }

    private static Move awaitBaking(LocalCluster cluster, NodeId target, List<Writers> clients) {
        clients.forEach(Writers::await);
        DroverRest rest = cluster.rest();
        Move move = rest.createMove("{\"shard\":\"%s\",\"target\":\"%s\",\"maxWritePause\":\"10s\",\"waive\":[%s]}"
                .formatted(ORDERS, target, LocalCluster.WAIVER));
        Move ready = rest.await(
                move.id(),
                "ready for a rollback",
                Scene.MOVE_LIMIT,
                seen -> seen.rollback() != null && seen.rollback().ready(),
                seen -> {});
        assertThat(rest.shard(ORDERS).primary().node()).isEqualTo(target);
        clients.forEach(Writers::await);
        return ready;
    }

    private static void complete(LocalCluster cluster, Move move) {
        cluster.rest().complete(move.id());
        cluster.rest().await(move.id(), MoveState.COMPLETED, Scene.MOVE_LIMIT);
    }

    private static void purge(LocalCluster cluster, NodeId node) {
        cluster.rest()
                .post("/v1/shards/" + ORDERS + "/purge", "{\"node\":\"%s\"}".formatted(node))
                .succeeded();
    }

    /** What its files said, and what they included, is what the copy has; what speaks of the node is not. */
    private static void hasItsConfiguration(LocalCluster cluster) {
        Psql copy = psql(cluster, AWAY);
        assertThat(copy.run("postgres", "show max_connections")).isEqualTo("77");
        assertThat(copy.run("postgres", "show work_mem")).isEqualTo("5MB");
        assertThat(copy.run("postgres", "show timezone"))
                .as("which the driver of whoever reads it sets otherwise")
                .isEqualTo("Asia/Kathmandu");
        assertThat(copy.run("postgres", "show datestyle")).isEqualTo("SQL, DMY");
        assertThat(copy.run("postgres", "show cluster_name")).isEqualTo(AWAY.value());
        assertThat(copy.run("postgres", "show log_directory")).isEqualTo("log");
        assertThat(
                        copy.run(
                                "postgres",
                                "select count(*) from pg_hba_file_rules where error is null and user_name @> '{orders,billing}'"))
                .isEqualTo("1");
        assertThat(copy.run("postgres", "select pg_read_file(current_setting('ident_file'))"))
                .contains("admins deploy orders");
    }

    private static Psql psql(LocalCluster cluster, NodeId node) {
        JsonNode place = place(cluster, node);
        return new Psql(
                cluster.osUser(),
                place.get("socketDir").asText(),
                place.get("port").asInt());
    }

    /** Where a node has the instance. */
    private static JsonNode place(LocalCluster cluster, NodeId node) {
        JsonNode place = null;
        for (JsonNode each : cluster.rest().get("/v1/nodes").succeeded().json().get("nodes")) {
            for (JsonNode instance : each.get("instances")) {
                if (each.get("id").asText().equals(node.value())
                        && instance.get("shards").toString().contains("orders")) {
                    place = instance;
                }
            }
        }
        return Objects.requireNonNull(place, "the instance is not on " + node);
    }

    private static void isStartedAgainByWhoRanIt(DebianInstance instance) {
        long starts = instance.starts();
        long postmaster = Postmasters.of(instance.dataDirectory()).orElseThrow();
        ProcessTable.signal(postmaster, "KILL");
        Waiting.until("it is dead", Scene.WRITING_LIMIT, () -> !ProcessTable.isAlive(postmaster));
        Waiting.until(
                "it runs again", Scene.WRITING_LIMIT, () -> instance.status().equals("online"));
        assertThat(instance.starts()).isEqualTo(starts + 1);
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static void adopt(LocalCluster cluster, NodeId node, String dataDir, int port, ShardId shard) {
        String request = "{\"node\":\"%s\",\"dataDir\":\"%s\",\"port\":%d,\"database\":\"%s\"}"
                .formatted(node, dataDir, port, shard);
        DroverRest.Answer adopted = cluster.rest().put("/v1/shards/" + shard, request);
        assertThat(adopted.status()).as(adopted.body()).isEqualTo(201);
    }

    /** Clients of one of the shards, on the kit. */
    private static final class Writers implements AutoCloseable {
        private final ShardDataSource kit;
        private final Ledger ledger;

        Writers(LocalCluster cluster, ShardId shard) {
            kit = ShardDataSource.open(ShardDataSourceConfig.builder(cluster.zookeeper(), shard)
                    .credentials(shard.value(), cluster.password())
                    .name("clients-of-" + shard)
                    .poolSize(3)
                    .build());
            ledger = Ledger.start(new LedgerOptions(1, 2, 1, ROWS, 1, PAUSE, PAUSE), kit);
        }

        void await() {
            long goal = ledger.acked() + SOME_WRITES;
            Waiting.until(
                    SOME_WRITES + " further writes, errors " + ledger.errorTexts(),
                    Scene.WRITING_LIMIT,
                    () -> ledger.acked() >= goal);
        }

        void requireNothingLost() throws SQLException {
            ledger.stop();
            try (Connection connection = kit.getConnection()) {
                RowTally check = RowTally.of(ledger.logs(), Rows.read(connection, 1, When.FIRST));
                assertThat(check.isClean()).as(check.toString()).isTrue();
                assertThat(check.acked()).isPositive();
            }
            assertThat(ledger.errorTexts()).as("errors of clients").isEmpty();
        }

        @Override
        public void close() {
            ledger.close();
            kit.close();
        }
    }
}
