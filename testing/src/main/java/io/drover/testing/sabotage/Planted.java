/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

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
    private static final Duration LIMIT = Duration.ofSeconds(40);

    private Planted() {}

    /** The source's agent is held for it: it would stop the source when the target serves. */
    static void commit(ControlScene scene) {
        LocalCluster cluster = scene.cluster();
        Path data = cluster.dataDirectory(scene.source());
        Psql psql = cluster.psql(scene.source());
        // a standby that will never receive anything: its move waits for ever
        scene.isOverWhen(() -> Files.exists(data.resolve("standby.signal"))
                && psql.succeeds(LocalCluster.DATABASE, "select 1 / pg_is_in_recovery()::int"));
        scene.holdAt(scene.source().value(), "stop/held/before", () -> {
            Waiting.until("the target serves", LIMIT, scene::hasMoved);
            long postmaster = Postmasters.of(data)
                    .orElseThrow(() -> new IllegalStateException("no server runs in " + data + " any more"));
            ProcessTable.signal(postmaster, "CONT");
            Waiting.until(
                    "a commit is planted",
                    LIMIT,
                    () -> psql.succeeds(
                            LocalCluster.DATABASE,
                            "set synchronous_commit = local; begin read write;"
                                    + " insert into account values (-1, 0, 'planted'); commit;"));
            ProcessTable.signal(postmaster, "STOP");
        });
    }
}
