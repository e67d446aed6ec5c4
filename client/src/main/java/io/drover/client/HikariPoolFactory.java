/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.time.Scheduler;
import io.drover.client.internal.ConnectionPool;
import io.drover.client.internal.PoolFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Opens HikariCP pools of the PostgreSQL driver's sessions. */
final class HikariPoolFactory implements PoolFactory {
    /** How long a borrower may wait before he looks at the fence again; HikariCP takes no shorter time. */
    private static final Duration SLICE = Duration.ofMillis(250);

    /** How long a session may take to answer before it counts as dead; on a busy machine a short time would cost good sessions. */
    private static final Duration VALIDATION = Duration.ofSeconds(2);

    private final ShardDataSourceConfig config;
    private final Scheduler scheduler;
    private final Supplier<? extends RandomGenerator> random;
    private final KitMetrics metrics;

    HikariPoolFactory(
            ShardDataSourceConfig config,
            Scheduler scheduler,
            Supplier<? extends RandomGenerator> random,
            KitMetrics metrics) {
        this.config = config;
        this.scheduler = scheduler;
        this.random = random;
        this.metrics = metrics;
    }

    @Override
    public ConnectionPool open(ShardTopology topology, Endpoint endpoint, Purpose purpose) {
        LoginRamp ramp = new LoginRamp(scheduler, random, config.rampUp(), config.poolSize());
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName(
                config.shard() + "@" + endpoint.node() + "-" + purpose.name().toLowerCase(Locale.ROOT));
        hikari.setDataSource(new SessionSource(config, topology, endpoint, scheduler, ramp, metrics));
        hikari.setMaximumPoolSize(config.poolSize());
        // All sessions are open all the time: the one thing a switch must not wait for is a login.
        hikari.setMinimumIdle(config.poolSize());
        hikari.setInitializationFailTimeout(-1);
        hikari.setConnectionTimeout(SLICE.toMillis());
        hikari.setValidationTimeout(VALIDATION.toMillis());
        return new HikariConnectionPool(new HikariDataSource(hikari), purpose, scheduler, ramp);
    }
}
