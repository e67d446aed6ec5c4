/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.tls;

import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.core.setup.Environment;
import io.drover.daemon.config.Connectors;
import io.drover.daemon.config.TlsFactory;
import io.drover.daemon.metrics.MetricNames;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** Gives a daemon its identity. */
public final class DaemonTls {
    private DaemonTls() {}

    /**
     * Reads the identity, gives it to the connectors, watches over its files, and asks callers for their certificates. Without a
     * section {@code tls} there is none, and nothing of this happens.
     *
     * @param own the name that the certificate has to have
     * @param rule what callers may ask for
     */
    public static @Nullable TlsMaterial install(
            @Nullable TlsFactory section,
            PeerName own,
            ServerFactory server,
            Environment environment,
            CertificateFilter.Rule rule) {
        if (section == null) {
            return null;
        }
        TlsMaterial material = TlsMaterial.load(TlsFiles.of(section), own);
        Connectors.secured(server).forEach(connector -> connector.use(material));
        TlsWatch watch = new TlsWatch(material, Clock.systemUTC());
        environment.lifecycle().manage(watch);
        environment.healthChecks().register("tls", watch);
        environment.metrics().registerGauge(MetricNames.CERTIFICATE_SECONDS_LEFT, watch::secondsLeft);
        environment.jersey().register(new CertificateFilter(material, rule));
        return material;
    }
}
