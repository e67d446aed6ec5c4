/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.metrics;

import com.codahale.metrics.MetricRegistry;
import io.dropwizard.core.setup.AdminEnvironment;
import io.prometheus.metrics.exporter.servlet.jakarta.PrometheusMetricsServlet;
import io.prometheus.metrics.instrumentation.dropwizard.DropwizardExports;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Shows a metric registry as Prometheus text under {@code /metrics} of the admin port. */
public final class PrometheusEndpoint {
    private PrometheusEndpoint() {}

    /** Adds the endpoint; it takes the place of Dropwizard's own JSON there. */
    public static void install(AdminEnvironment admin, MetricRegistry metrics) {
        admin.addServlet("prometheus", new PrometheusMetricsServlet(registry(metrics)))
                .addMapping("/metrics");
    }

    static PrometheusRegistry registry(MetricRegistry metrics) {
        PrometheusRegistry registry = new PrometheusRegistry();
        DropwizardExports.builder()
                .dropwizardRegistry(metrics)
                .metricFilter((name, metric) -> !LabelledMetrics.isOne(name))
                .register(registry);
        registry.register(new LabelledMetrics(metrics));
        return registry;
    }
}
