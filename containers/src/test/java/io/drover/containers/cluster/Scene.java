/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.ShardId;
import io.drover.api.TopologyState;
import io.drover.containers.SystemdNode;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.LedgerSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The installation with its shard in the state before a case: what a case acts on, and what it notes. */
final class Scene implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scene.class);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final Duration HEALTHY = Duration.ofMinutes(2);
    private static final Duration WRITES = Duration.ofSeconds(90);
    private static final Duration MOVED = Duration.ofMinutes(4);
    private static final int WRITES_AFTERWARDS = 200;
    private static final int WRITES_AT_A_FORK = 50;
    private static final String LEADS =
            "python3 -c 'import urllib.request as u; print(u.urlopen(\"http://127.0.0.1:8081/metrics\","
                    + " timeout=3).read().decode())' | grep -E '^drover_leader 1'";
    private static final ShardId SHARD = new ShardId(Installation.SHARD);

    private final Installation installation;
    private final DroverRest rest;
    private final TopologyWatch watch;
    private final LoadHost load;
    private final Postgres postgres;
    private final Map<String, Boolean> faults = new TreeMap<>();
    private final Map<String, Object> figures = new TreeMap<>();
    private int run;
    private int leastAcked;
    private String source = "";
    private String target = "";
    private String third = "";

    private Scene(Installation installation, DroverRest rest, TopologyWatch watch) {
        this.installation = installation;
        this.rest = rest;
        this.watch = watch;
        this.load = new LoadHost(installation);
        this.postgres = new Postgres(installation);
    }

    static Scene open(Installation installation) throws IOException {
        List<String> addresses = installation.hosts(Host.Role.CONTROLLER).stream()
                .map(host -> "https://" + installation.address(host.name()) + ":8080")
                .toList();
        DroverRest rest = new DroverRest(addresses, TopologyWatch.secret(installation.secrets(), "rest.token"))
                .trusting(Files.readString(installation.secrets().resolve("ca/ca.crt")))
                .within(ANSWER);
        Scene scene = new Scene(installation, rest, TopologyWatch.open(installation));
        scene.makeTables();
        return scene;
    }

    private void makeTables() {
        try (Connection connection = postgres.connect(watch.last().primary(), Map.of())) {
            try (var tables = connection.getMetaData().getTables(null, "public", "ledger", null)) {
                if (!tables.next()) {
                    LedgerSchema.create(connection, 20_000);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot make the tables of the load", e);
        }
    }

    /** Chooses the nodes of the next case, and clears away what earlier ones have left on purpose. */
    void prepare(int number) {
        run = number;
        leastAcked = WRITES_AT_A_FORK;
        faults.clear();
        figures.clear();
        awaitHealthy();
        watch.forget();
        source = watch.last().primary();
        List<String> others = new ArrayList<>();
        installation.hosts(Host.Role.NODE).forEach(host -> others.add(host.name()));
        others.remove(source);
        // the host of a controller last: it is then the one that has no part in the move
        others.sort((one, other) -> Boolean.compare(controls(one), controls(other)));
        target = others.get(0);
        third = others.get(1);
        purge();
    }

    /** Takes away the copies that earlier moves have set aside; a node that has none refuses. */
    void purge() {
        for (String host : List.of(target, third)) {
            rest.post("/v1/shards/" + SHARD + "/purge", "{\"node\":\"node_" + host + "\"}");
        }
    }

    private boolean controls(String name) {
        return installation.hosts(Host.Role.CONTROLLER).stream()
                .anyMatch(host -> host.name().equals(name));
    }

    int run() {
        return run;
    }

    String source() {
        return source;
    }

    String target() {
        return target;
    }

    /** The node's host that is neither. */
    String third() {
        return third;
    }

    Installation installation() {
        return installation;
    }

    DroverRest rest() {
        return rest;
    }

    TopologyWatch watch() {
        return watch;
    }

    LoadHost load() {
        return load;
    }

    Postgres postgres() {
        return postgres;
    }

    SystemdNode machine(String host) {
        return installation.machine(host);
    }

    /** Notes that a fault is about to be done, and afterwards whether it was, when it should have been. */
    void fault(String what, boolean hit) {
        LOG.info("fault: {}{}", what, hit ? "" : ", which has come to nothing");
        faults.put(what, hit);
    }

    Map<String, Boolean> faults() {
        return Map.copyOf(faults);
    }

    /** How many acknowledged writes have to lie within a second of each fork. */
    int leastAcked() {
        return leastAcked;
    }

    /** Tells that this case leaves its writers less time there. */
    void leastAcked(int writes) {
        leastAcked = writes;
    }

    /** Notes a figure for the report. */
    void figure(String name, Object value) {
        figures.put(name, value);
    }

    Map<String, Object> figures() {
        return Map.copyOf(figures);
    }

    /** Orders the move of the case; {@code members} are more members of its JSON, each with a comma before it. */
    MoveId startMove(String members) {
        MoveId id = rest.createMove("""
                        {"shard": "%s", "target": "node_%s",
                         "waive": [{"check": "P26-reserve", "reason": "machines of a test share a disk"}]%s}
                        """.formatted(SHARD, target, members)).id();
        LOG.info("move {} from {} to {}", id, source, target);
        return id;
    }

    /** The move when it has come to one of these states. */
    Move await(MoveId id, MoveState... states) {
        Set<MoveState> wanted = Set.of(states);
        Move move = rest.await(id, "it is one of " + wanted, MOVED, one -> wanted.contains(one.state()), one -> {});
        LOG.info("move {} is {}", id, move.state());
        return move;
    }

    /** Waits until the way back is open, and goes it. */
    Move rollBack(MoveId id) {
        awaitWayBack(id);
        rest.act(id, "rollback");
        return await(id, MoveState.ROLLED_BACK);
    }

    Move awaitWayBack(MoveId id) {
        return rest.await(
                id,
                "its way back is open",
                MOVED,
                move -> move.state() == MoveState.BAKING
                        && move.rollback() != null
                        && move.rollback().ready(),
                move -> {});
    }

    /** Closes the way back. */
    Move complete(MoveId id) {
        Waiting.until("the bake can be ended", MOVED, () -> {
            int status = rest.post("/v1/moves/" + id + "/complete", "{\"endBake\": true}")
                    .status();
            return status == 202;
        });
        return await(id, MoveState.COMPLETED);
    }

    /** The host of the controller that leads, which only the controllers themselves tell, and only on their hosts. */
    String leader() {
        return Waiting.untilPresent(
                "a controller leads",
                HEALTHY,
                () -> installation.hosts(Host.Role.CONTROLLER).stream()
                        .map(Host::name)
                        .filter(host -> machine(host).succeeds(LEADS))
                        .findFirst());
    }

    /** Waits until clients write again. */
    void awaitWrites() {
        long before = rowsNow();
        Waiting.until("clients write again", WRITES, () -> {
            Waiting.pause(Duration.ofMillis(300));
            return rowsNow() >= before + WRITES_AFTERWARDS;
        });
    }

    private long rowsNow() {
        try {
            return postgres.rows(watch.last().primary(), run);
        } catch (IllegalStateException e) {
            // away for a moment
            return 0;
        }
    }

    /** Waits until every agent is there, a controller leads, and the shard serves. */
    void awaitHealthy() {
        Waiting.until("the installation is healthy", HEALTHY, () -> {
            try {
                return rest.nodes().stream().filter(node -> node.alive()).count()
                                == installation.hosts(Host.Role.NODE).size()
                        && rest.shard(SHARD).state() == TopologyState.SERVING
                        && watch.last().state() == TopologyState.SERVING
                        && postgres.accepts(watch.last().primary());
            } catch (IllegalStateException | UncheckedIOException e) {
                return false;
            }
        });
    }

    @Override
    public void close() {
        watch.close();
    }
}
