/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import io.drover.bench.ObservedLoad;
import io.drover.bench.switchover.Ground;
import io.drover.bench.switchover.SeriesResult;
import io.drover.bench.switchover.Switch;
import io.drover.bench.switchover.Turn;
import io.drover.testing.cluster.LocalCluster;

/** A peer's planned switchover and, as the second switch, the one back, as soon as the old primary follows the new one. */
final class PeerTurn implements Turn {
    private final PeerCluster cluster;
    private final Ground ground;

    PeerTurn(PeerCluster cluster, Ground ground) {
        this.cluster = cluster;
        this.ground = ground;
    }

    @Override
    public void take(int switches, SeriesResult result) {
        PeerNode primary = cluster.awaitReady();
        primary.psql().run(LocalCluster.DATABASE, ground.truncate());
        try (ObservedLoad load = ground.start(cluster.client(ground.connections(), ground.idle()))) {
            try {
                for (int i = 0; i < switches; i++) {
                    switchOnce(load, result);
                }
            } finally {
                result.addErrors(load.errors());
            }
        }
        // it comes back while nobody is measured
        cluster.awaitReady();
    }

    private void switchOnce(ObservedLoad load, SeriesResult result) {
        PeerNode primary = cluster.awaitReady();
        ground.prepare(load, primary.psql());
        PeerCluster.Switching switching = cluster.switchOver(primary);
        SwitchWatch.Moments moments = switching.moments();
        result.add(Switch.withoutDrover(load.observed(moments.fence(), moments.serving())));
        cluster.finish(switching);
    }
}
