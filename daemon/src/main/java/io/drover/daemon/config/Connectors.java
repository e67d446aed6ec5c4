/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.core.server.SimpleServerFactory;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.drover.daemon.tls.TlsConnectorFactory;
import java.util.List;
import java.util.stream.Stream;

/** What of Dropwizard's server section this version can do. */
public final class Connectors {
    /** What a configuration is refused with that asks for anything but plain HTTP or TLS of Drover's own kind. */
    public static final String REFUSAL =
            "server has a connector of another type than http or tls. NOT_SUPPORTED: use type"
                    + " tls, which takes its certificate from the section tls and follows it when it changes"
                    + " (docs/configuration.md)";

    /** What a configuration is refused with that has one half of TLS only. */
    public static final String HALF =
            "the section tls and connectors of type tls belong together: with the section every"
                    + " application connector has to be of type tls, or callers get past the certificates; without it none can be";

    /** What a configuration is refused with whose own address contradicts it. */
    public static final String ADDRESS =
            "the address at which others reach this daemon has to begin with https:// exactly when there is a section tls";

    private Connectors() {}

    /** Whether every connector is of a type that this version can do. */
    public static boolean areKnown(ServerFactory server) {
        // those of the other protocols are subclasses of the plain one
        return all(server)
                .allMatch(connector -> connector.getClass().equals(HttpConnectorFactory.class)
                        || connector instanceof TlsConnectorFactory);
    }

    /** Whether TLS is either everywhere that callers come or nowhere. */
    public static boolean areWhole(ServerFactory server, boolean identity) {
        return identity
                ? application(server).allMatch(TlsConnectorFactory.class::isInstance)
                : secured(server).findAny().isEmpty();
    }

    /** Whether an address that others are told fits. */
    public static boolean fits(String address, boolean identity) {
        return address.startsWith("https://") == identity;
    }

    /** The connectors that need an identity. */
    public static Stream<TlsConnectorFactory> secured(ServerFactory server) {
        return all(server).filter(TlsConnectorFactory.class::isInstance).map(TlsConnectorFactory.class::cast);
    }

    private static Stream<ConnectorFactory> all(ServerFactory server) {
        return server instanceof DefaultServerFactory usual
                ? Stream.concat(application(server), usual.getAdminConnectors().stream())
                : application(server);
    }

    private static Stream<ConnectorFactory> application(ServerFactory server) {
        if (server instanceof SimpleServerFactory simple) {
            return Stream.of(simple.getConnector());
        }
        List<ConnectorFactory> usual =
                server instanceof DefaultServerFactory factory ? factory.getApplicationConnectors() : List.of();
        return usual.stream();
    }
}
