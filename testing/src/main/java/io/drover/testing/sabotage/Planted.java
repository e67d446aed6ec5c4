/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.api.TopologyState;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A person opens the sealed source past every rule and commits there (F77). */
final class Planted {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private Planted() {}

    /** The source's agent is stopped for it: it would stop the source beside the promotion. */
    static void commit(ControlScene scene) {
        LocalCluster cluster = scene.cluster();
        String agent = scene.source().value();
        Path data = cluster.dataDirectory(scene.source());
        Psql psql = cluster.psql(scene.source());
        // a standby that will never receive anything: its move waits for ever
        scene.isOverWhen(() -> Files.exists(data.resolve("standby.signal"))
                && psql.succeeds(LocalCluster.DATABASE, "select 1 / pg_is_in_recovery()::int"));
        scene.when(TopologyState.PROMOTING, () -> cluster.freeze(agent));
        scene.meanwhile(() -> {
            Waiting.until("the agent of the source is frozen", LIMIT, () -> ProcessTable.isFrozen(cluster.pid(agent)));
            Waiting.until("the target serves", LIMIT, () -> scene.probe().stored() == TopologyState.SERVING);
            long postmaster = Postmasters.of(data).orElseThrow();
            ProcessTable.signal(postmaster, "CONT");
            boolean planted = Waiting.within(
                    LIMIT,
                    () -> psql.succeeds(
                            LocalCluster.DATABASE,
                            "set synchronous_commit = local; begin read write;"
                                    + " insert into account values (-1, 0, 'planted'); commit;"));
            cluster.thaw(agent);
            if (!planted) {
                throw new IllegalStateException("nothing could be planted");
            }
        });
    }
}
