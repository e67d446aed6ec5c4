/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Move;
import io.drover.api.Move.HistoryEntry;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.HeldLogin;
import io.drover.testing.ledger.RogueWays;
import io.drover.testing.ledger.RogueWriter;
import io.drover.testing.ledger.RogueWriter.Connector;
import io.drover.testing.ledger.RogueWriter.Way;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Writers that ignore the fence (F01 to F07, F13, H75 to H77) are acknowledged nothing that the new primary does not have. */
class RogueWritersIT {
    private static final int FIRST_WRITER = 100;
    private static final int STRANGERS = 99;
    private static final int MOST_ROWS_OF_STRANGERS = 100_000;
    private static final String ROLE_WAIVER =
            "{\"check\":\"P17\",\"reason\":\"the writers of this role are what is tested\"}";
    private static final String VACUUM_AT_WORK =
            "select count(*) from pg_stat_activity where backend_type = 'autovacuum worker' and query like '%churn%'";
    private static final int SEAL_ROW = 110;
    private static final Duration QUICK = Duration.ofMillis(10);

    private final List<RogueWriter> rogues = new ArrayList<>();

    @Test
    void nothingIsAcknowledgedOnTheOldNodePastTheFork() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            prepare(scene, source);
            startRogues(scene, source);
            Move move = scene.rest()
                    .createMove(
                            "{\"shard\":\"%s\",\"target\":\"%s\",\"cutover\":\"approve\",\"maxWritePause\":\"10s\",\"waive\":[%s,%s]}"
                                    .formatted(LocalCluster.SHARD, target, LocalCluster.WAIVER, ROLE_WAIVER));
            scene.await(move, MoveState.READY);
            List<HeldLogin.Gate> gates = new ArrayList<>();
            for (TopologyState state : List.of(TopologyState.FENCED, TopologyState.PROMOTING, TopologyState.SERVING)) {
                gates.add(startHeldLogin(scene, source, probe, state));
            }
            Waiting.until(
                    "every held login has begun",
                    Scene.WRITING_LIMIT,
                    () -> gates.stream().allMatch(HeldLogin.Gate::isReached));
            rogues.stream()
                    .filter(rogue -> !rogue.name().startsWith("held"))
                    .forEach(rogue -> Waiting.until(
                            rogue.name() + " writes; " + rogue.lastError(),
                            Scene.WRITING_LIMIT,
                            () -> rogue.log().count(AckLog.Outcome.ACKED) > 0));
            Waiting.until(
                    "autovacuum is at work, and stays so",
                    Scene.WRITING_LIMIT,
                    () -> !scene.cluster()
                            .psql(source)
                            .run("postgres", VACUUM_AT_WORK)
                            .equals("0"));
            scene.rest().act(move.id(), "approve");
            Move ready = scene.awaitRollbackReady(move);
            scene.awaitWrites(50);
            gates.forEach(HeldLogin.Gate::open);
            rogues.forEach(RogueWriter::close);

            assertThat(ready.cutover()).isNotNull();
            assertThat(ready.cutover().commitsPastFork()).isZero();
            assertThat(scene.topology().primary().node()).isEqualTo(target);
            rogues.forEach(rogue -> assertThat(rogue.refusals())
                    .as("%s was refused at last: %s", rogue.name(), rogue.lastError())
                    .isPositive());
            scene.rest().complete(move.id());
            scene.await(move, MoveState.COMPLETED);
            tidyUp(scene, target);
        }
    }

    /** A large record is being inserted at nearly every moment: who is stopped in that holds a lock that the end of the WAL needs. */
    @Test
    void sessionsAreEndedWhenOneThatWasStoppedHoldsTheEndOfTheWal() throws SQLException {
        try (Scene scene = Scene.open();
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            Move move =
                    scene.start(target, "\"cutover\":\"approve\",\"maxWritePause\":\"30s\",\"drainTimeout\":\"20s\"");
            scene.await(move, MoveState.READY);
            try (Flood flood = new Flood(scene, source)) {
                try (Connection inFlight = scene.kit().getConnection()) {
                    probe.onNext(TopologyState.FENCED, flood::start);
                    scene.rest().act(move.id(), "approve");
                    Waiting.until(
                            "the fence is raised",
                            Scene.MOVE_LIMIT,
                            () -> probe.seen().contains(TopologyState.FENCED));
                    flood.awaitItsHeight();
                    assertThat(inFlight.isValid(0)).isTrue();
                }
                Move ready = scene.awaitRollbackReady(move);
                assertThat(ready.history())
                        .filteredOn(line -> line.step() == SEAL_ROW)
                        .extracting(HistoryEntry::event)
                        .anySatisfy(event -> assertThat(event).contains("held what the end of the WAL needs"));
                assertThat(ready.cutover()).isNotNull();
                assertThat(ready.cutover().commitsPastFork()).isZero();
            }
            scene.rest().complete(move.id());
            scene.await(move, MoveState.COMPLETED);
        }
    }

    @Test
    void thePreflightStopsAtARoleThatOverridesReadOnly() throws SQLException {
        try (Scene scene = Scene.open()) {
            NodeId source = scene.primary();
            scene.cluster().psql(source).run("postgres", "alter role app set default_transaction_read_only = off");
            try {
                DroverRest.Answer answer = scene.rest()
                        .post(
                                "/v1/moves",
                                "{\"shard\":\"shard_01\",\"target\":\"%s\",\"dryRun\":true}".formatted(scene.other()));
                assertThat(answer.status()).isEqualTo(200);
                JsonNode checks = answer.json().get("preflight").get("checks");
                assertThat(checks).as(answer.body()).anySatisfy(check -> {
                    assertThat(check.get("ok").asBoolean()).isFalse();
                    assertThat(check.get("message").asText()).contains("default_transaction_read_only");
                });
            } finally {
                scene.cluster().psql(source).run("postgres", "alter role app reset default_transaction_read_only");
            }
        }
    }

    private static void prepare(Scene scene, NodeId source) throws SQLException {
        try (Connection connection = scene.cluster().connect(source, Map.of())) {
            RogueWays.createProcedure(connection);
        }
        scene.cluster().psql(source).run(LocalCluster.DATABASE, """
                        drop role if exists rogue_replicator;
                        create role rogue_replicator login replication password '%s' in role app;
                        alter role rogue_replicator set default_transaction_read_only = off;
                        """.formatted(
                        scene.cluster().password()));
        prepareEndlessVacuum(scene, source);
        AckLog strangers = new AckLog(STRANGERS);
        for (int i = 0; i < MOST_ROWS_OF_STRANGERS; i++) {
            strangers.begin();
        }
        scene.count(strangers);
    }

    /** A table whose vacuuming by a worker begins at once and lasts for hours. */
    private static void prepareEndlessVacuum(Scene scene, NodeId source) {
        Psql psql = scene.cluster().psql(source);
        psql.run(LocalCluster.DATABASE, """
                create table churn as select i, repeat('x', 100) as filler from generate_series(1, 50000) as i;
                alter table churn set (
                    autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0,
                    autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
                delete from churn where i % 2 = 0;
                """);
        psql.run("postgres", "alter system set autovacuum_naptime = '1s'");
        psql.run("postgres", "select pg_reload_conf()");
    }

    /** What has moved with the shard and would be in the way of other tests. */
    private static void tidyUp(Scene scene, NodeId primary) {
        Psql psql = scene.cluster().psql(primary);
        psql.run("postgres", "alter system reset autovacuum_naptime");
        psql.run("postgres", "select pg_reload_conf()");
        psql.run(LocalCluster.DATABASE, "drop table churn");
        psql.run("postgres", "drop role rogue_replicator");
    }

    private void startRogues(Scene scene, NodeId source) {
        RogueWays ways = new RogueWays(scene.run());
        start(scene, "read-write-transactions", plain(scene, source), ways::readWriteTransactions, QUICK);
        start(scene, "overridden-session", overridden(scene, source), ways::autocommit, QUICK);
        start(
                scene,
                "new-logins",
                options(scene, source),
                log -> ways.autocommit(log).inNewSessions(),
                QUICK);
        start(scene, "local-commits", plain(scene, source), ways::localCommits, QUICK);
        start(scene, "asynchronous-commits", plain(scene, source), ways::asynchronousCommits, QUICK);
        start(scene, "several-statements", simple(scene, source), ways::severalStatementsAtOnce, QUICK);
        for (int i = 0; i < 5; i++) {
            double seconds = 0.05 + 0.13 * i;
            start(
                    scene,
                    "late-writes-" + i,
                    plain(scene, source),
                    log -> ways.lateWritesOfOpenTransactions(log, seconds),
                    QUICK);
        }
        start(scene, "procedure", plain(scene, source), log -> ways.loopsInTheServer(log, STRANGERS), QUICK);
        start(scene, "replication-session", rogue(scene, source, "database"), ways::autocommit, QUICK);
        start(scene, "role-override", rogue(scene, source, "false"), ways::autocommit, QUICK);
    }

    private HeldLogin.Gate startHeldLogin(Scene scene, NodeId source, TopologyProbe probe, TopologyState state) {
        String name = UUID.randomUUID().toString();
        HeldLogin.Gate gate = HeldLogin.gate(name);
        Map<String, String> properties = new HashMap<>(
                Map.of("socketFactory", HeldLogin.class.getName(), "socketFactoryArg", name, "sslmode", "disable"));
        properties.put("gssEncMode", "disable");
        RogueWays ways = new RogueWays(scene.run());
        start(
                scene,
                "held-until-" + state,
                () -> scene.cluster().connect(source, properties),
                ways::readWriteTransactions,
                QUICK);
        if (state != TopologyState.SERVING) {
            probe.onNext(state, gate::open);
        }
        return gate;
    }

    private void start(Scene scene, String name, Connector connector, Function<AckLog, Way> way, Duration pause) {
        AckLog log = new AckLog(FIRST_WRITER + rogues.size());
        rogues.add(scene.count(RogueWriter.start(name, log, connector, way.apply(log), pause)));
    }

    private static Connector plain(Scene scene, NodeId source) {
        return () -> scene.cluster().connect(source, Map.of());
    }

    private static Connector simple(Scene scene, NodeId source) {
        return () -> scene.cluster().connect(source, Map.of("preferQueryMode", "simple"));
    }

    private static Connector overridden(Scene scene, NodeId source) {
        return () -> {
            Connection connection = scene.cluster().connect(source, Map.of());
            try (Statement statement = connection.createStatement()) {
                statement.execute("set default_transaction_read_only = off");
            }
            return connection;
        };
    }

    private static Connector options(Scene scene, NodeId source) {
        return () -> scene.cluster().connect(source, Map.of("options", "-c default_transaction_read_only=off"));
    }

    private static Connector rogue(Scene scene, NodeId source, String replication) {
        Properties properties = new Properties();
        properties.setProperty("user", "rogue_replicator");
        properties.setProperty("password", scene.cluster().password());
        properties.setProperty("replication", replication);
        properties.setProperty("preferQueryMode", "simple");
        properties.setProperty("assumeMinServerVersion", "13");
        return () -> {
            Connection connection = DriverManager.getConnection(scene.cluster().jdbcUrl(source), properties);
            try (Statement statement = connection.createStatement()) {
                statement.execute("set default_transaction_read_only = off");
            }
            return connection;
        };
    }
}
