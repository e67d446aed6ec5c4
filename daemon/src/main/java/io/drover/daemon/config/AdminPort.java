/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.core.server.SimpleServerFactory;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the admin port on loopback (S1): it asks nobody who they are, and its tasks change the daemon. Nothing is looked up here, so
 * that no name server decides what loopback is.
 */
public final class AdminPort {
    /** What a configuration is refused with. */
    public static final String REFUSAL =
            "server has an admin connector beyond loopback, where nobody is asked who they are;"
                    + " set its bindHost to 127.0.0.1, or adminBeyondLoopback: true when only those reach it who may";

    private static final String LOOPBACK = "127.0.0.1";
    private static final Pattern LOCAL = Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[?(0*:)*:?0*1]?");

    private AdminPort() {}

    /** Whether every admin connector listens on loopback only, or will by {@link #bind}. */
    public static boolean isLocal(ServerFactory server) {
        if (server instanceof SimpleServerFactory simple) {
            // one connector for both: what callers reach, admin is on, too
            return isLoopback(hostOf(simple.getConnector()));
        }
        return connectors(server).stream().map(AdminPort::hostOf).allMatch(host -> host == null || isLoopback(host));
    }

    /** Binds the admin connectors that name no address to loopback. */
    public static void bind(ServerFactory server) {
        for (ConnectorFactory connector : connectors(server)) {
            if (connector instanceof HttpConnectorFactory http && hostOf(http) == null) {
                http.setBindHost(LOOPBACK);
            }
        }
    }

    private static List<ConnectorFactory> connectors(ServerFactory server) {
        return server instanceof DefaultServerFactory usual ? usual.getAdminConnectors() : List.of();
    }

    private static @Nullable String hostOf(ConnectorFactory connector) {
        String host = connector instanceof HttpConnectorFactory http ? http.getBindHost() : null;
        return host == null || host.isBlank() ? null : host.strip();
    }

    private static boolean isLoopback(@Nullable String host) {
        return host != null && LOCAL.matcher(host).matches();
    }
}
