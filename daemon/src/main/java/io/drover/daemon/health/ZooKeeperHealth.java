/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.health;

import com.codahale.metrics.health.HealthCheck;
import java.util.function.BooleanSupplier;

/** Healthy while the connection to ZooKeeper stands. */
public final class ZooKeeperHealth extends HealthCheck {
    private final BooleanSupplier connected;

    public ZooKeeperHealth(BooleanSupplier connected) {
        this.connected = connected;
    }

    @Override
    protected Result check() {
        return connected.getAsBoolean()
                ? Result.healthy()
                : Result.unhealthy("not connected to ZooKeeper: shards go on, moves wait");
    }
}
