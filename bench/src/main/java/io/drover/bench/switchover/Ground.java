/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.bench.ClientLoad;
import io.drover.bench.Load;
import io.drover.bench.LoadKind;
import io.drover.bench.ObservedLoad;
import io.drover.bench.WriteClient;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.Waiting;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** The shard, as every kind of switch finds it. */
public final class Ground {
    /** Long enough for the rate in the two seconds before a switch. */
    private static final Duration STEADY = Duration.ofSeconds(3);

    private static final Duration SESSIONS_LIMIT = Duration.ofMinutes(1);
    /** PgBouncer opens what is missing of a pool's least size one after the other, three in a second. */
    private static final Duration LIMIT_OF_A_SESSION = Duration.ofMillis(500);

    private static final String COUNT_SESSIONS =
            "select count(*) from pg_stat_activity where usename = '" + LocalCluster.USER + "'";
    private static final Duration END_LIMIT = Duration.ofMinutes(2);

    private final LocalCluster cluster;
    private final Conditions conditions;
    private final int writers;
    private final int connections;
    private final Map<String, String> settings;

    /**
     * The shard for the turns of a series.
     *
     * @param writers how large its load is
     * @param settings of the instance that differ from PostgreSQL's defaults
     */
    Ground(LocalCluster cluster, SeriesResult result, int writers, Map<String, String> settings) {
        this.cluster = cluster;
        this.conditions = result.conditions();
        this.writers = writers;
        this.connections = result.series().hasOwnLoad()
                ? result.series().ownClients()
                : conditions.load().connections(writers);
        this.settings = Map.copyOf(settings);
    }

    /** Where it is. */
    public LocalCluster cluster() {
        return cluster;
    }

    /** The settings of the instance that differ from PostgreSQL's defaults; a standby that somebody else makes wants them, too. */
    public Map<String, String> settings() {
        return settings;
    }

    /** How many connections the load uses at once. */
    public int connections() {
        return connections;
    }

    /** Connections of the application that nobody writes through. */
    public int idle() {
        return sessions() - connections;
    }

    /** All connections of the application. */
    public int sessions() {
        return conditions.sessions();
    }

    /** Starts the load over a client, which is closed with it, also when that fails. */
    public ObservedLoad start(WriteClient client) {
        return new ClientLoad(client, Load.start(client, conditions.load(), writers));
    }

    /** Who serves the shard. */
    public NodeId primary() {
        return cluster.rest().shard(LocalCluster.SHARD).primary().node();
    }

    /**
     * Waits for the sessions that there are said to be, lets the load run, then writes a checkpoint on the primary: the same before
     * every switch.
     */
    public void prepare(ObservedLoad load, NodeId primary) {
        prepare(load, cluster.psql(primary));
    }

    /** The same on a primary that is none of Drover's. */
    public void prepare(ObservedLoad load, Psql primary) {
        load.prepare();
        // behind a pooler the busy ones come and go
        if (idle() > 0) {
            Waiting.until(
                    "the application has " + sessions() + " sessions on the primary",
                    SESSIONS_LIMIT.plus(LIMIT_OF_A_SESSION.multipliedBy(sessions())),
                    () -> Integer.parseInt(primary.run("postgres", COUNT_SESSIONS)) >= sessions());
        }
        Waiting.pause(STEADY);
        primary.run("postgres", "checkpoint");
    }

    /** The statement that empties the tables of the load. */
    public String truncate() {
        return "truncate " + LoadKind.tables(writers).stream().collect(Collectors.joining(", "));
    }

    /** Takes the rows of earlier turns away, which would make each copy greater than the one before, and copies set aside. */
    void clean() {
        NodeId primary = primary();
        cluster.psql(primary).run(LocalCluster.DATABASE, truncate());
        cluster.nodes().stream()
                .filter(node -> !node.id().equals(primary))
                .forEach(node -> cluster.rest()
                        .post("/v1/shards/" + LocalCluster.SHARD + "/purge", "{\"node\":\"" + node.id() + "\"}")
                        .succeeded());
    }

    /**
     * Ends what a turn that failed has left: in its bake the shard stays where it is, before that it stays where it was, and the next turn
     * can begin.
     *
     * @throws IllegalStateException when a move cannot be ended like that
     */
    void endMoves() {
        DroverRest rest = cluster.rest();
        JsonNode moves = rest.get("/v1/moves?shard=" + LocalCluster.SHARD)
                .succeeded()
                .json()
                .get("moves");
        for (JsonNode move : moves) {
            MoveId id = new MoveId(move.get("id").asText());
            MoveState state = MoveState.valueOf(move.get("state").asText());
            if (state == MoveState.NEEDS_OPERATOR) {
                throw new IllegalStateException("move " + id + " needs an operator");
            }
            if (state == MoveState.READY) {
                rest.act(id, "abort");
                rest.await(id, MoveState.ABORTED, END_LIMIT);
            } else if (!state.isFinal()) {
                rest.complete(id);
                rest.await(id, MoveState.COMPLETED, END_LIMIT);
            }
        }
    }
}
