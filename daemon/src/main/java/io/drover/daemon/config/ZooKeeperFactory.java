/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDuration;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.concurrent.TimeUnit;

/** The section {@code zookeeper} of the controller's configuration. */
public final class ZooKeeperFactory {
    @NotEmpty
    @Pattern(regexp = "[^/]+/[^/].*", message = "must be host:port[,host:port...]/chroot")
    private String connect = "127.0.0.1:2181/drover";

    @NotNull
    @MinDuration(value = 2, unit = TimeUnit.SECONDS)
    @MaxDuration(value = 60, unit = TimeUnit.SECONDS)
    private Duration sessionTimeout = Duration.seconds(6);

    /** {@code host:port[,host:port...]/chroot}. Default {@code 127.0.0.1:2181/drover}. */
    @JsonProperty
    public String getConnect() {
        return connect;
    }

    /**
     * How long the session outlives a cut connection, and so how long it takes until another controller leads after a crash.
     * Between 2 s and 60 s, and within what ZooKeeper allows (2 to 20 of its ticks). Default 6 s.
     */
    @JsonProperty
    public Duration getSessionTimeout() {
        return sessionTimeout;
    }

    /** Opens a connection; the caller closes it. */
    public ZooKeeperClient open() {
        return ZooKeeperConnection.connect(connect, sessionTimeout.toJavaDuration());
    }
}
