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
import io.drover.topology.TopologyStore;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What moves are made with.
 *
 * @param checks the preflight
 * @param monitors views of the instances
 * @param clock the time as people see it
 * @param scheduler threads, waits and a clock that never goes back
 * @param besides threads for commands that are sent while a row goes on
 * @param rehearsals of the pause
 * @param ids of new moves
 */
record Services(
        Agents agents,
        Checks checks,
        TopologyStore topology,
        DocumentStore documents,
        NodeRegistry nodes,
        DrainWatch drain,
        Monitors monitors,
        MoveObserver observer,
        Clock clock,
        Scheduler scheduler,
        Executor besides,
        Rehearsals rehearsals,
        Supplier<MoveId> ids) {
    /** Who looks whether the other standbys of an instance follow. */
    Standbys standbys() {
        return new Standbys(agents, monitors);
    }
}
