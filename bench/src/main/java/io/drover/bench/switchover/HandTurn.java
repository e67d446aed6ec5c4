/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.Load;
import io.drover.api.NodeId;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.StandbyInstance;
import java.sql.SQLException;
import java.util.List;

/**
 * The recipe by hand on a standby that streams from the shard's primary. Each switch has a standby of its own, which is thrown away
 * afterwards: the primary, which nobody has stopped, goes on for the next turn as if nothing had happened.
 */
final class HandTurn implements Turn {
    private static final NodeId STANDBY = LocalCluster.NODE_C;

    private final Ground ground;

    HandTurn(Ground ground) {
        this.ground = ground;
    }

    @Override
    public void take(int switches, SeriesResult result) throws SQLException {
        NodeId primary = ground.primary();
        HandRecipe.allow(ground.cluster(), primary);
        for (int i = 0; i < switches; i++) {
            StandbyInstance standby = StandbyInstance.start(ground.cluster(), primary, STANDBY);
            try {
                switchOnce(primary, result);
            } finally {
                standby.remove(primary);
            }
        }
    }

    private void switchOnce(NodeId primary, SeriesResult result) throws SQLException {
        try (PausableClient client = new PausableClient(ground.cluster(), primary, STANDBY, ground.writers());
                HandRecipe recipe = HandRecipe.open(ground.cluster(), primary, STANDBY);
                Load load = Load.start(client, ground.writers())) {
            try {
                ground.prepare(primary);
                long fence = System.nanoTime();
                client.switchOver(recipe);
                long serving = System.nanoTime();
                result.add(new Switch(load.pauses(fence, serving), null, List.of()));
            } finally {
                result.addErrors(load.errors());
            }
        }
    }
}
