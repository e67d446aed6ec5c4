/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.core.server.SimpleServerFactory;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import java.util.List;
import java.util.stream.Stream;

/** What of Dropwizard's server section this version can do. */
public final class Connectors {
    /** What a configuration is refused with that asks for more than plain HTTP. */
    public static final String REFUSAL = "server has a connector of another type than http. NOT_SUPPORTED: this version"
            + " does no TLS and no HTTP/2 (docs/security.md); use type http on a network of its own";

    private Connectors() {}

    /** Whether every connector of the server speaks plain HTTP/1.1. */
    public static boolean arePlain(ServerFactory server) {
        // those of the other protocols are subclasses
        return of(server).allMatch(connector -> connector.getClass().equals(HttpConnectorFactory.class));
    }

    private static Stream<ConnectorFactory> of(ServerFactory server) {
        if (server instanceof SimpleServerFactory simple) {
            return Stream.of(simple.getConnector());
        }
        return server instanceof DefaultServerFactory usual
                ? Stream.of(usual.getApplicationConnectors(), usual.getAdminConnectors())
                        .flatMap(List::stream)
                : Stream.empty();
    }
}
