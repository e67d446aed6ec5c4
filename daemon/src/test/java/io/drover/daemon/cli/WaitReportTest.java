/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.MoveId;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitReportTest {
    @Test
    void tellsAnotherSubjectAndNotEveryOtherNumber() {
        try (WaitReport report = report()) {
            assertThat(report.isNews("replay on node_b to catch up (5 bytes behind), since T; x"))
                    .isTrue();
            assertThat(report.isNews("replay on node_b to catch up (4 bytes behind), since T; x"))
                    .isFalse();
            assertThat(report.isNews("approval of the cutover by a person, since T; x"))
                    .isTrue();
            assertThat(report.isNews("step 30 slot, since T: try 1 failed")).isTrue();
            assertThat(report.isNews("step 30 slot, since T: try 2 failed")).isFalse();
        }
    }

    private static WaitReport report() {
        RestClient nobody = new RestClient(List.of(URI.create("http://127.0.0.1:1")), null);
        return WaitReport.start(nobody, MoveId.random(), new Progress(new PrintWriter(new StringWriter())));
    }
}
