/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDuration;
import io.dropwizard.validation.ValidationMethod;
import io.drover.api.NodeId;
import io.drover.api.ZooKeeperAddress;
import io.drover.topology.AccessRules;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import io.drover.topology.ZooKeeperSettings;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code zookeeper} of a configuration; instead of it there may be its {@code connect} alone.
 *
 * <pre>
 * zookeeper:
 *   connect: zk1:2281,zk2:2281,zk3:2281/drover
 *   sessionTimeout: 6s
 *   tls:                                    # optional: without it all is plain text
 *     certificate: /etc/drover/tls/controller.crt
 *     key: /etc/drover/tls/controller.key
 *     ca: /etc/drover/tls/ca.crt
 *   access:                                 # optional: without it everybody may do everything in ZooKeeper
 *     credentials: /etc/drover/zookeeper.credentials
 *     roles: ["controller:…", "agent:…", "client:…", "pooler:…"]
 * </pre>
 */
public final class ZooKeeperFactory {
    @NotNull
    private ZooKeeperAddress connect = new ZooKeeperAddress("127.0.0.1:2181/drover");

    @NotNull
    @MinDuration(value = 2, unit = TimeUnit.SECONDS)
    @MaxDuration(value = 60, unit = TimeUnit.SECONDS)
    private Duration sessionTimeout = Duration.seconds(6);

    @Valid
    private @Nullable ZooKeeperTlsFactory tls;

    @Valid
    private @Nullable ZooKeeperAccessFactory access;

    /** All of it has its default. */
    public ZooKeeperFactory() {}

    private ZooKeeperFactory(ZooKeeperAddress connect, Duration sessionTimeout) {
        this.connect = connect;
        this.sessionTimeout = sessionTimeout;
    }

    /** The same with another session timeout. */
    public ZooKeeperFactory lasting(Duration timeout) {
        ZooKeeperFactory other = new ZooKeeperFactory(connect, timeout);
        other.tls = tls;
        other.access = access;
        return other;
    }

    /** What a text instead of the section means. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static ZooKeeperFactory of(String connect) {
        return new ZooKeeperFactory(new ZooKeeperAddress(connect), Duration.seconds(6));
    }

    @JsonIgnore
    @ValidationMethod(message = "zookeeper.connect must be host:port[,host:port...]/chroot")
    public boolean isChrooted() {
        return Optional.ofNullable(connect).map(ZooKeeperAddress::hasChroot).orElse(true);
    }

    /** {@code host:port[,host:port...]/chroot}. Default {@code 127.0.0.1:2181/drover}. */
    @JsonProperty
    public String getConnect() {
        return connect.value();
    }

    /**
     * How long the session outlives a cut connection, and so how long it takes until another controller leads after a crash.
     * Between 2 s and 60 s, and within what ZooKeeper allows (2 to 20 of its ticks). Default 6 s.
     */
    @JsonProperty
    public Duration getSessionTimeout() {
        return sessionTimeout;
    }

    /** This process's side of TLS; null for plain text. */
    @JsonProperty
    public @Nullable ZooKeeperTlsFactory getTls() {
        return tls;
    }

    /** Who this process is; null where access is not controlled. */
    @JsonProperty
    public @Nullable ZooKeeperAccessFactory getAccess() {
        return access;
    }

    /**
     * Opens a controller's connection; the caller closes it.
     *
     * @throws IllegalArgumentException when a file that is named is not usable
     */
    public ZooKeeperClient openAsController() {
        return open(AccessRules::ofController);
    }

    /** The same for the agent of a node. */
    public ZooKeeperClient openAsAgent(NodeId node) {
        return open((file, roles) -> AccessRules.ofAgent(file, roles, node));
    }

    /** The same for a client of shards, or a pooler's adapter. */
    public ZooKeeperClient openAsClient() {
        return open(AccessRules::ofClient);
    }

    private ZooKeeperClient open(BiFunction<Path, List<String>, AccessRules> rules) {
        return ZooKeeperConnection.connect(new ZooKeeperSettings(
                connect.value(),
                sessionTimeout.toJavaDuration(),
                tls == null ? null : tls.files(),
                access == null ? null : rules.apply(access.getCredentials(), access.getRoles())));
    }
}
