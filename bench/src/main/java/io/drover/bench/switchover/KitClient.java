/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.Load;
import io.drover.bench.WriteClient;
import io.drover.client.ShardDataSource;
import io.drover.client.ShardDataSourceConfig;
import io.drover.testing.cluster.LocalCluster;
import java.sql.Connection;
import java.sql.SQLException;

/** Drover's client kit: takes part in the fence, and gives out a connection for each write. */
final class KitClient implements WriteClient {
    private final ShardDataSource kit;

    KitClient(Ground ground) {
        this(ground, ground.cluster().zookeeper());
    }

    /** One that follows a shard of this name somewhere else. */
    KitClient(Ground ground, String zookeeper) {
        kit = ShardDataSource.open(ShardDataSourceConfig.builder(zookeeper, LocalCluster.SHARD)
                .credentials(LocalCluster.USER, ground.cluster().password())
                .name("bench")
                .poolSize(ground.sessions())
                .warmup(Load.WARMUP)
                .build());
    }

    @Override
    public void write(int writer, Write write) throws SQLException {
        try (Connection connection = kit.getConnection()) {
            write.on(connection);
        }
    }

    @Override
    public void close() {
        kit.close();
    }
}
