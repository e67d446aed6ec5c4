/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.FenceEpoch;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.TopologyState;
import io.drover.daemon.pgbouncer.IncludeText.Place;
import io.drover.fencing.FenceTransitions;
import java.util.Optional;

/**
 * What a topology asks of every PgBouncer, and nothing else does: whoever starts at whatever moment comes to the same.
 *
 * @param epoch of the topology
 * @param hold whether clients are held
 * @param server where they go once they are not
 * @param database its name there
 * @param mayHold whether they are held, or may be soon: what has to be on disk before anybody is paused
 * @param poolSize of each pool, or {@link Shedding#AS_CONFIGURED}
 */
record Wish(FenceEpoch epoch, boolean hold, Endpoint server, String database, boolean mayHold, int poolSize) {
    static Wish of(ShardTopology topology) {
        boolean hold = topology.state() != TopologyState.SERVING;
        Optional<Endpoint> target = FenceTransitions.target(topology).map(Replica::endpoint);
        // from the point of no return on it can only be the target: the way there is paved before the pause ends
        Endpoint server =
                topology.state() == TopologyState.PROMOTING ? target.orElse(topology.primary()) : topology.primary();
        return new Wish(
                topology.epoch(),
                hold,
                server,
                topology.database(),
                hold || target.isPresent(),
                Shedding.AS_CONFIGURED);
    }

    /** The last epoch at which nothing can have been paused for this. */
    FenceEpoch before() {
        return hold && epoch.value() > 0 ? new FenceEpoch(epoch.value() - 1) : epoch;
    }

    /** Whether a fence is near, and not there yet. */
    boolean isNear() {
        return mayHold && !hold;
    }

    /** The same with pools of another size. */
    Wish withPoolSize(int size) {
        return new Wish(epoch, hold, server, database, mayHold, size);
    }

    /** As the include file says it. */
    Place place(String options) {
        return new Place(server.host(), server.port(), database, Shedding.options(options, poolSize));
    }
}
