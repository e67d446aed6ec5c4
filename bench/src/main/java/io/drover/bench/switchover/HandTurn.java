/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.api.NodeId;
import io.drover.bench.ObservedLoad;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.StandbyInstance;
import java.sql.SQLException;

/**
 * The recipe by hand on a standby that streams from the shard's primary. Each switch has a standby of its own, which is thrown away
 * afterwards: the primary, which nobody has stopped, goes on for the next turn as if nothing had happened.
 */
final class HandTurn implements Turn {
    private static final NodeId STANDBY = LocalCluster.NODE_C;

    private final Ground ground;
    private final Clients clients;

    private HandTurn(Ground ground, Clients clients) {
        this.ground = ground;
        this.clients = clients;
    }

    private interface Clients {
        HandClient open(Ground ground, NodeId primary, NodeId standby);
    }

    /** Its clients have a pool. */
    static HandTurn withPool(Ground ground) {
        return new HandTurn(ground, PausableClient::new);
    }

    /** Its clients have Drover's kit. */
    static HandTurn withKit(Ground ground) {
        return new HandTurn(ground, HandKitClient::new);
    }

    @Override
    public void take(int switches, SeriesResult result) throws SQLException {
        NodeId primary = ground.primary();
        HandRecipe.allow(ground.cluster(), primary);
        for (int i = 0; i < switches; i++) {
            StandbyInstance standby = StandbyInstance.start(ground.cluster(), primary, STANDBY, ground.settings());
            try {
                switchOnce(primary, result);
            } finally {
                standby.remove(primary);
            }
        }
    }

    private void switchOnce(NodeId primary, SeriesResult result) throws SQLException {
        HandClient client = clients.open(ground, primary, STANDBY);
        try (ObservedLoad load = ground.start(client);
                HandRecipe recipe = HandRecipe.open(ground.cluster(), primary, STANDBY)) {
            try {
                ground.prepare(load, primary);
                long fence = System.nanoTime();
                client.switchOver(recipe);
                long serving = System.nanoTime();
                result.add(Switch.withoutDrover(load.observed(fence, serving)));
            } finally {
                result.addErrors(load.errors());
            }
        }
    }
}
