/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.ZooKeeperAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How ZooKeeper is reached.
 *
 * @param connect {@code host:port[,host:port…]/chroot}, all members of the ensemble
 * @param sessionTimeout how long the session outlives a cut connection; the server may choose another
 * @param tls this client's side of TLS; null for plain text
 * @param access who this client is; null when it logs in as nobody and opens what it makes to everybody
 */
public record ZooKeeperSettings(
        String connect,
        Duration sessionTimeout,
        @Nullable PemFiles tls,
        @Nullable AccessRules access) {
    public ZooKeeperSettings {
        connect = new ZooKeeperAddress(requireNonNull(connect, "connect is null")).value();
        requireNonNull(sessionTimeout, "sessionTimeout is null");
    }

    /** In plain text, and as nobody. */
    public static ZooKeeperSettings open(String connect, Duration sessionTimeout) {
        return new ZooKeeperSettings(connect, sessionTimeout, null, null);
    }

    /** The chroot, which begins with a slash. */
    String chroot() {
        return connect.substring(connect.indexOf('/'));
    }

    /** The same without the chroot. */
    ZooKeeperSettings atRoot() {
        return new ZooKeeperSettings(connect.substring(0, connect.indexOf('/')), sessionTimeout, tls, access);
    }

    /** Whether this process makes the directories: where access is controlled they are the controllers'. */
    boolean makesRoots() {
        return access == null || access.controls();
    }
}
