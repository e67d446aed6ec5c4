/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.PoolerSite;
import java.util.LinkedHashMap;
import java.util.Map;

/** Two PgBouncer with Drover's adapter before the shard, by transaction, with as many server connections as sessions are wanted. */
final class Poolers {
    private static final int PROCESSES = 2;
    private static final int LEAST = 6;

    private Poolers() {}

    /** Starts them, and waits until clients are served. */
    static PoolerSite start(Ground ground) {
        LocalCluster cluster = ground.cluster();
        PoolerSite site = PoolerSite.start(cluster, "transaction", settings(ground.sessions(), ground.connections()));
        try {
            site.awaitServing(cluster.node(ground.primary()).host());
            return site;
        } catch (RuntimeException e) {
            site.close();
            throw e;
        }
    }

    /** More sessions than are used at once stay open all the same. */
    static Map<String, String> settings(int sessions, int connections) {
        int each = (sessions + PROCESSES - 1) / PROCESSES;
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("default_pool_size", Integer.toString(Math.max(LEAST, each)));
        if (sessions > connections) {
            settings.put("min_pool_size", Integer.toString(each));
            settings.put("max_client_conn", Integer.toString(2 * sessions));
        }
        return settings;
    }
}
