/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.metrics;

import com.codahale.metrics.MetricRegistry;
import io.dropwizard.core.setup.AdminEnvironment;
import io.prometheus.metrics.exporter.servlet.jakarta.PrometheusMetricsServlet;
import io.prometheus.metrics.instrumentation.dropwizard.DropwizardExports;
import io.prometheus.metrics.instrumentation.dropwizard5.labels.CustomLabelMapper;
import io.prometheus.metrics.instrumentation.dropwizard5.labels.MapperConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;

/** Shows a metric registry as Prometheus text under {@code /metrics} of the admin port. */
public final class PrometheusEndpoint {
    private PrometheusEndpoint() {}

    /** Adds the endpoint; it takes the place of Dropwizard's own JSON there. */
    public static void install(AdminEnvironment admin, MetricRegistry metrics) {
        PrometheusRegistry registry = new PrometheusRegistry();
        DropwizardExports.builder()
                .dropwizardRegistry(metrics)
                .customLabelMapper(new CustomLabelMapper(List.of(
                        labelled(MetricNames.MOVE_STATE, "move"),
                        labelled(MetricNames.LAG_BYTES, "move"),
                        labelled(MetricNames.STEP, "step"),
                        labelled(MetricNames.FAILURES, "code"))))
                .register(registry);
        admin.addServlet("prometheus", new PrometheusMetricsServlet(registry)).addMapping("/metrics");
    }

    private static MapperConfig labelled(String name, String label) {
        return new MapperConfig(name + ".*", name, Map.of(label, "${0}"));
    }
}
