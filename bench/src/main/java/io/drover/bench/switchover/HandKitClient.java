/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.api.NodeId;
import io.drover.testing.cluster.LocalCluster;
import java.sql.SQLException;

/**
 * The client of the recipe by hand that is Drover's own kit: writers are stopped and pointed elsewhere through the topology that it
 * watches, which the recipe writes in a place of its own. All that differs from a move is who does it, and how.
 */
final class HandKitClient implements HandClient {
    private static final String PLACE = "/by-hand";

    private final HandTopology topology;
    private final KitClient kit;

    HandKitClient(Ground ground, NodeId primary, NodeId standby) {
        LocalCluster cluster = ground.cluster();
        String chroot = cluster.zookeeper().replaceFirst("/[^/]*$", "") + PLACE;
        topology = HandTopology.open(cluster, chroot, primary, standby);
        try {
            kit = new KitClient(ground, chroot);
        } catch (RuntimeException e) {
            topology.close();
            throw e;
        }
    }

    @Override
    public void prepare() {
        topology.awaitWarm();
    }

    @Override
    public void switchOver(Recipe recipe) throws SQLException {
        topology.fence();
        recipe.run();
        topology.serveFromStandby();
    }

    @Override
    public void write(int writer, Write write) throws SQLException {
        kit.write(writer, write);
    }

    @Override
    public void close() {
        try {
            kit.close();
        } finally {
            topology.close();
        }
    }
}
