/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A small control plane from beginning to end: whether the goals are met is for a quiet machine to say. */
class ControlBenchIT {
    @Test
    void measuresASmallInstallation() throws Exception {
        ControlOptions options = new ControlOptions(50, 10, 10, 4, 3, 30, 2, 2, false);
        ControlReport report;
        StringWriter said = new StringWriter();
        try (ControlPlane plane = ControlPlane.start(options, Path.of("target/control-bench-it"))) {
            report = new ControlRun(plane, options, new PrintWriter(said)).run();
        }
        assertThat(report.problems()).isEmpty();
        assertThat(report.ok()).isTrue();
        assertThat(report.moves().finished()).isEqualTo(4);
        assertThat(report.moves().writePauseMillis()).hasSize(4);
        assertThat(report.idle()).extracting(IdleCost::shards).containsExactly(4, 5, 15, 50);
        // each shard has two clients
        assertThat(report.series().get(0).changes()).isEqualTo(30);
        assertThat(report.series().get(0).millis()).hasSize(60).allMatch(millis -> millis > 0);
        assertThat(report.series().get(2).millis()).isNotEmpty();
        assertThat(report.controllerHeap().maxBytes()).isLessThanOrEqualTo(512L << 20);
        // the clients', the controller's, the agents' and that of the probes
        assertThat(report.made().sessions()).isGreaterThanOrEqualTo(10 + 3);
        assertThat(report.made().znodes()).isGreaterThan(2 * 50 + 10 * 10);
        assertThat(ControlText.of(report)).contains("4 of 4 moves finished");
    }
}
