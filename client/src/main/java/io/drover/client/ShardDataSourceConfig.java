/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static java.util.Objects.requireNonNull;

import com.codahale.metrics.MetricRegistry;
import io.drover.api.ShardId;
import io.drover.api.ZooKeeperAddress;
import io.drover.topology.AccessRules;
import io.drover.topology.PemFiles;
import io.drover.topology.ZooKeeperSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ShardDataSource} needs to know.
 *
 * @param zookeeper connect string with the chroot, such as {@code zk1:2181,zk2:2181/drover}
 * @param shard the shard that connections lead to
 * @param user role to log in as
 * @param password its password; never logged
 * @param name what people call this client; becomes part of its znode's name
 * @param poolSize connections to the primary, and to the target of a move while one is under way
 * @param acquireTimeout how long one call may wait for a connection, fence included
 * @param maxWaiters how many callers may wait at once; the next one is refused at once
 * @param startTimeout how long the start may take until ZooKeeper has named the primary; then the topology file is used, if there is one
 * @param sessionTimeout ZooKeeper session timeout; writes go on when the session is lost
 * @param driverProperties further properties of the PostgreSQL driver, such as {@code ssl} or {@code socketTimeout}
 * @param warmup statements that are run once in each new session, so that the server's caches for it are warm before the application
 *     uses it; failures are ignored. They run on hot standbys too: {@code EXPLAIN INSERT …} is allowed there and warms what the
 *     first insert after a switch needs
 * @param rampUp over how much time a pool spreads its logins when it is opened, and after a fence; zero for all at once
 * @param topologyFile where the last known topology is kept, for a start while ZooKeeper is away; null for nowhere
 * @param topologyFileMaxAge how long ago the file may have been confirmed when it is used
 * @param metrics where to register metrics; null for a registry of the data source's own
 * @param zookeeperTls this client's side of TLS with ZooKeeper; null for plain text. With the PostgreSQL servers it is the driver's properties'
 * @param zookeeperAccess who this client is to ZooKeeper; null where access is not controlled
 * @param allowedHosts where the shard may lie: names, {@code *.suffix}, addresses and networks such as {@code 10.1.0.0/16}; empty for
 *     anywhere. Whoever can write the topology could otherwise lead the application, with its password, to a server of its own
 */
public record ShardDataSourceConfig(
        String zookeeper,
        ShardId shard,
        String user,
        String password,
        String name,
        int poolSize,
        Duration acquireTimeout,
        int maxWaiters,
        Duration startTimeout,
        Duration sessionTimeout,
        Map<String, String> driverProperties,
        List<String> warmup,
        Duration rampUp,
        @Nullable Path topologyFile,
        Duration topologyFileMaxAge,
        @Nullable MetricRegistry metrics,
        @Nullable PemFiles zookeeperTls,
        @Nullable ZooKeeperAccess zookeeperAccess,
        List<String> allowedHosts) {
    /** A cutover waits fifteen seconds for clients' pools to its target. */
    private static final Duration LONGEST_RAMP = Duration.ofSeconds(10);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException when a value is out of range
     */
    public ShardDataSourceConfig {
        requireNonNull(shard, "shard is null");
        requireNonNull(password, "password is null");
        zookeeper = new ZooKeeperAddress(zookeeper).value();
        requireText(user, "user");
        requireText(name, "name");
        requirePositive(poolSize, "poolSize");
        requirePositive(maxWaiters, "maxWaiters");
        requirePositive(acquireTimeout.toMillis(), "acquireTimeout");
        requirePositive(startTimeout.toMillis(), "startTimeout");
        requirePositive(sessionTimeout.toMillis(), "sessionTimeout");
        requirePositive(topologyFileMaxAge.toMillis(), "topologyFileMaxAge");
        if (rampUp.isNegative() || rampUp.compareTo(LONGEST_RAMP) > 0) {
            throw new IllegalArgumentException(
                    "rampUp must be 0 s to " + LONGEST_RAMP.toSeconds() + " s, not " + rampUp);
        }
        driverProperties = Map.copyOf(driverProperties);
        DriverProperties.check(driverProperties);
        warmup = List.copyOf(warmup);
        allowedHosts = List.copyOf(allowedHosts);
        // said at once, not in the first move
        new AllowedHosts(allowedHosts);
    }

    ZooKeeperSettings zookeeperSettings() {
        return new ZooKeeperSettings(
                zookeeper,
                sessionTimeout,
                zookeeperTls,
                zookeeperAccess == null
                        ? null
                        : AccessRules.ofClient(zookeeperAccess.credentials(), zookeeperAccess.roles()));
    }

    /** Starts a configuration with its defaults: 10 connections, 30 s to acquire one, 10 000 waiters. */
    public static Builder builder(String zookeeper, ShardId shard) {
        return new Builder(zookeeper, shard);
    }

    /** The password stays out of logs. */
    @Override
    public String toString() {
        return "ShardDataSourceConfig[" + shard + " as " + user + ", client " + name + ", ZooKeeper " + zookeeper + "]";
    }

    private static void requireText(String value, String what) {
        if (requireNonNull(value, what + " is null").isBlank()) {
            throw new IllegalArgumentException(what + " is empty");
        }
    }

    private static void requirePositive(long value, String what) {
        if (value <= 0) {
            throw new IllegalArgumentException(what + " must be positive, not " + value);
        }
    }

    /** Collects values; the defaults are in the fields. */
    public static final class Builder {
        private final String zookeeper;
        private final ShardId shard;
        private String user = "";
        private String password = "";
        private String name = "client";
        private int poolSize = 10;
        private Duration acquireTimeout = Duration.ofSeconds(30);
        private int maxWaiters = 10_000;
        private Duration startTimeout = Duration.ofSeconds(30);
        private Duration sessionTimeout = Duration.ofSeconds(10);
        private Map<String, String> driverProperties = Map.of();
        private List<String> warmup = List.of();
        private Duration rampUp = Duration.ofSeconds(1);
        private @Nullable Path topologyFile;
        private Duration topologyFileMaxAge = Duration.ofDays(7);
        private @Nullable MetricRegistry metrics;
        private @Nullable PemFiles zookeeperTls;
        private @Nullable ZooKeeperAccess zookeeperAccess;
        private List<String> allowedHosts = List.of();

        private Builder(String zookeeper, ShardId shard) {
            this.zookeeper = zookeeper;
            this.shard = shard;
        }

        /** Sets the role and its password. */
        public Builder credentials(String role, String secret) {
            this.user = role;
            this.password = secret;
            return this;
        }

        /** Sets what people call this client. */
        public Builder name(String value) {
            this.name = value;
            return this;
        }

        /** Sets the number of connections to the primary. */
        public Builder poolSize(int value) {
            this.poolSize = value;
            return this;
        }

        /** Sets how long one call may wait for a connection. */
        public Builder acquireTimeout(Duration value) {
            this.acquireTimeout = value;
            return this;
        }

        /** Sets how many callers may wait at once. */
        public Builder maxWaiters(int value) {
            this.maxWaiters = value;
            return this;
        }

        /** Sets how long the start may take. */
        public Builder startTimeout(Duration value) {
            this.startTimeout = value;
            return this;
        }

        /** Sets the ZooKeeper session timeout. */
        public Builder sessionTimeout(Duration value) {
            this.sessionTimeout = value;
            return this;
        }

        /** Sets further properties of the PostgreSQL driver. */
        public Builder driverProperties(Map<String, String> value) {
            this.driverProperties = value;
            return this;
        }

        /** Sets statements that are run once in each new session, such as {@code EXPLAIN INSERT …}. */
        public Builder warmup(List<String> value) {
            this.warmup = value;
            return this;
        }

        /** Sets over how much time a pool spreads its logins; zero for all at once. */
        public Builder rampUp(Duration value) {
            this.rampUp = value;
            return this;
        }

        /** Sets where the last known topology is kept for a start without ZooKeeper. Its directory must exist. */
        public Builder topologyFile(Path value) {
            this.topologyFile = value;
            return this;
        }

        /** Sets how long ago the file may have been confirmed when it is used. */
        public Builder topologyFileMaxAge(Duration value) {
            this.topologyFileMaxAge = value;
            return this;
        }

        /** Sets where metrics are registered. */
        public Builder metrics(MetricRegistry value) {
            this.metrics = value;
            return this;
        }

        /** Sets the PEM files for TLS with ZooKeeper; they are read anew at each connecting. */
        public Builder zookeeperTls(Path certificate, Path key, Path ca) {
            this.zookeeperTls = new PemFiles(certificate, key, ca);
            return this;
        }

        /**
         * Sets who this client is to ZooKeeper.
         *
         * @param credentials file with a line {@code client:password}, readable by its owner only
         * @param roles the controllers' role with its hash, {@code controller:…}; others are not needed
         */
        public Builder zookeeperAccess(Path credentials, List<String> roles) {
            this.zookeeperAccess = new ZooKeeperAccess(credentials, roles);
            return this;
        }

        /** Sets where the shard may lie; an endpoint elsewhere is refused. */
        public Builder allowedHosts(List<String> value) {
            this.allowedHosts = value;
            return this;
        }

        /** The configuration. */
        public ShardDataSourceConfig build() {
            return new ShardDataSourceConfig(
                    zookeeper,
                    shard,
                    user,
                    password,
                    name,
                    poolSize,
                    acquireTimeout,
                    maxWaiters,
                    startTimeout,
                    sessionTimeout,
                    driverProperties,
                    warmup,
                    rampUp,
                    topologyFile,
                    topologyFileMaxAge,
                    metrics,
                    zookeeperTls,
                    zookeeperAccess,
                    allowedHosts);
        }
    }
}
