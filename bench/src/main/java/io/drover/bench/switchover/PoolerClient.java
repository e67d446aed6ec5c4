/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.SessionClient;
import io.drover.bench.WriteClient;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.PoolerSite;
import java.sql.SQLException;

/** Knows nothing of Drover: the PostgreSQL driver with the address of PgBouncer, whose adapter takes part in the fence. */
final class PoolerClient implements WriteClient {
    private final PoolerSite site;
    private final SessionClient sessions;

    PoolerClient(Ground ground) {
        site = Poolers.start(ground);
        // a transaction's server connection is not that of the one before: no statement stays prepared
        sessions = new SessionClient(
                "jdbc:postgresql://127.0.0.1:" + site.port() + "/" + LocalCluster.DATABASE + "?prepareThreshold=0",
                ground.cluster().password(),
                ground.connections(),
                0);
    }

    @Override
    public void write(int writer, Write write) throws SQLException {
        sessions.write(writer, write);
    }

    @Override
    public void close() {
        try {
            sessions.close();
        } finally {
            site.close();
        }
    }
}
