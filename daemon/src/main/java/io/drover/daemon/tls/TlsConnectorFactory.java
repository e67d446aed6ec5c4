/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.tls;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.metrics.jetty12.InstrumentedConnectionFactory;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * A connector of {@code type: tls}: HTTP/1.1 over TLS 1.3 with the identity of the section {@code tls}. Dropwizard's own
 * {@code https} reads key stores with passwords, and reads them once; this takes PEM files and follows them when they change.
 *
 * <p>A caller may show a certificate and need not: a load balancer that asks for {@code /primary} has none. What one without may do is
 * decided by {@link CertificateFilter}. A certificate that no trusted CA has issued ends the handshake.
 */
@JsonTypeName("tls")
public final class TlsConnectorFactory extends HttpConnectorFactory {
    private @Nullable TlsMaterial material;

    /** Sets the identity, before the server is built. */
    public void use(TlsMaterial identity) {
        material = identity;
    }

    @Override
    public Connector build(
            Server server, MetricRegistry metrics, @Nullable String name, @Nullable ThreadPool threadPool) {
        if (material == null) {
            throw new IllegalStateException("BUG: a connector of type tls was built without an identity");
        }
        HttpConfiguration configuration = buildHttpConfiguration();
        configuration.setSecureScheme("https");
        configuration.setSecurePort(getPort());
        // who is asked for by another name than the certificate's finds out on his side
        configuration.addCustomizer(new SecureRequestCustomizer(false));
        HttpConnectionFactory http = buildHttpConnectionFactory(configuration);

        SslContextFactory.Server context = new SslContextFactory.Server();
        context.setSslContext(material.server());
        context.setIncludeProtocols(TlsMaterial.PROTOCOL);
        context.setWantClientAuth(true);
        server.addBean(context);
        SslConnectionFactory tls = new SslConnectionFactory(context, HttpVersion.HTTP_1_1.toString());
        tls.addBean(new HandshakeLog());

        return buildConnector(
                server,
                new ScheduledExecutorScheduler(),
                buildBufferPool(),
                name,
                threadPool,
                new InstrumentedConnectionFactory(tls, metrics.timer(httpConnections())),
                http);
    }
}
