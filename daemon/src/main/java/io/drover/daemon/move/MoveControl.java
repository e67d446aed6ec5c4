/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.MoveId;
import io.drover.api.time.Scheduler;
import io.drover.daemon.metrics.MoveObserver;
import io.drover.daemon.remote.Agents;
import io.drover.daemon.remote.Monitors;
import io.drover.fencing.DrainWatch;
import io.drover.topology.DocumentStore;
import io.drover.topology.NodeRegistry;
import io.drover.topology.ParticipantStore;
import io.drover.topology.PoolerRegistry;
import io.drover.topology.TopologyStore;
import java.util.function.Supplier;

/**
 * Everything about moves that a controller runs.
 *
 * @param moves what people ask of moves
 * @param shards what people ask of shards and nodes
 * @param runner drives moves while this controller leads
 */
public record MoveControl(MoveService moves, ShardService shards, MoveRunner runner) {
    /**
     * Puts it together; nothing runs before the runner is told of a leadership.
     *
     * @param means what differs between production and a simulation
     */
    public static MoveControl assemble(
            Stores stores, Agents agents, Monitors monitors, MoveObserver observer, Means means) {
        Scheduler scheduler = means.scheduler();
        Services services = new Services(
                agents,
                new LiveChecks(
                        agents, monitors, new PoolerGroups(stores.poolers(), stores.participants()), stores.access()),
                stores.topology(),
                stores.documents(),
                stores.nodes(),
                new DrainWatch(stores.participants(), scheduler),
                monitors,
                observer,
                scheduler.clock(),
                scheduler,
                scheduler.newThreads("move-verb"),
                means.rehearsals(),
                means.ids());
        MoveRunner runner = new MoveRunner(services);
        return new MoveControl(
                new Moves(services, runner), new Shards(services, stores.participants(), runner), runner);
    }

    /**
     * What a simulation replaces besides the world.
     *
     * @param scheduler the time and the threads that all of it lives by
     * @param rehearsals of the pause, before each
     * @param ids of new moves
     */
    public record Means(Scheduler scheduler, Rehearsals rehearsals, Supplier<MoveId> ids) {
        /** Those of production. */
        public static Means usual(Scheduler scheduler) {
            return new Means(scheduler, Rehearsals.usual(), MoveId::random);
        }
    }

    /** What is kept in ZooKeeper. */
    public record Stores(
            TopologyStore topology,
            DocumentStore documents,
            NodeRegistry nodes,
            ParticipantStore participants,
            PoolerRegistry poolers,
            AccessAudit access) {
        /** Where access to it is not controlled. */
        public Stores(
                TopologyStore topology,
                DocumentStore documents,
                NodeRegistry nodes,
                ParticipantStore participants,
                PoolerRegistry poolers) {
            this(topology, documents, nodes, participants, poolers, AccessAudit.NONE);
        }
    }
}
