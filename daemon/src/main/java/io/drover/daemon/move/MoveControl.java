/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.time.Scheduler;
import io.drover.daemon.metrics.MoveObserver;
import io.drover.daemon.remote.Agents;
import io.drover.daemon.remote.Monitors;
import io.drover.fencing.DrainWatch;
import io.drover.topology.DocumentStore;
import io.drover.topology.NodeRegistry;
import io.drover.topology.ParticipantStore;
import io.drover.topology.TopologyStore;

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
     * @param scheduler the time and the threads that all of it lives by
     * @param rehearsals of the pause, before each
     */
    public static MoveControl assemble(
            Stores stores,
            Agents agents,
            Monitors monitors,
            MoveObserver observer,
            Scheduler scheduler,
            Rehearsals rehearsals) {
        Services services = new Services(
                agents,
                new LiveChecks(agents, monitors),
                stores.topology(),
                stores.documents(),
                stores.nodes(),
                new DrainWatch(stores.participants(), scheduler),
                monitors,
                observer,
                scheduler.clock(),
                scheduler,
                scheduler.newThreads("move-verb"),
                rehearsals);
        MoveRunner runner = new MoveRunner(services);
        return new MoveControl(
                new Moves(services, runner), new Shards(services, stores.participants(), runner), runner);
    }

    /** What is kept in ZooKeeper. */
    public record Stores(
            TopologyStore topology, DocumentStore documents, NodeRegistry nodes, ParticipantStore participants) {}
}
