/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoReportTest {
    @Test
    void namesTheDirectoryOfTheData() {
        DemoReport report = new DemoReport(
                true,
                List.of(),
                new DemoReport.Writes(1, 0, 0, 0, 0, 0),
                new DemoReport.Reads(1, 0),
                List.of(),
                1.5,
                "/var/tmp/drover-demo.1");

        JsonNode json = Json.mapper().valueToTree(report);

        assertThat(json.get("directory").asText()).isEqualTo("/var/tmp/drover-demo.1");
        assertThat(json.get("ok").asBoolean()).isTrue();
    }
}
