/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.ByteSize;
import io.drover.api.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopyReportTest {
    private static final Writes WRITES = new Writes(1000, 1, 5);
    private static final CopyOptions OPTIONS = new CopyOptions(2, 10, 8, ByteSize.parse("20MiB"));

    private static CopySeries series(String product, Copied... copies) {
        CopySeries series = new CopySeries(
                product,
                maxRate -> {
                    throw new AssertionError("nothing is copied here");
                },
                null);
        List.of(copies).forEach(series::add);
        return series;
    }

    private static Copied copied(int round, double seconds, double whole) {
        return new Copied(round, 1000, seconds, whole, WRITES, WRITES);
    }

    @Test
    void comparesTheRatesOfTheSameRound() {
        CopySeries drover = series(CopySeries.DROVER, copied(1, 2, 4), copied(2, 10, 20));
        CopySeries plain = series(CopySeries.PLAIN, copied(1, 1, 3), copied(2, 20, 30));
        CopyReport report = CopyReport.of(List.of(drover, plain), OPTIONS, List.of());
        assertThat(report.ok()).isTrue();
        assertThat(report.ratios().get(0).copy()).containsExactly(0.5, 2.0);
        assertThat(report.ratios().get(0).whole()).containsExactly(0.75, 1.5);
    }

    @Test
    void aRoundThatOneOfThemHasNotIsNotCompared() {
        CopySeries drover = series(CopySeries.DROVER, copied(2, 10, 20));
        CopySeries plain = series(CopySeries.PLAIN, copied(1, 1, 3), copied(2, 20, 30));
        CopyReport report = CopyReport.of(List.of(drover, plain), OPTIONS, List.of("it broke"));
        assertThat(report.ok()).isFalse();
        assertThat(report.ratios().get(0).copy()).containsExactly(2.0);
    }

    @Test
    void hasEveryRawFigure() {
        CopySeries drover = series(CopySeries.DROVER, copied(1, 2, 4));
        CopySeries plain = series(CopySeries.PLAIN, copied(1, 1, 3));
        CopyReport report = CopyReport.of(List.of(drover, plain), OPTIONS, List.of());
        JsonNode json = Json.read(Json.bytes(report), JsonNode.class);
        JsonNode copy = json.get("series").get(0).get("copies").get(0);
        assertThat(json.get("series").get(0).get("name").asText()).isEqualTo("drover");
        assertThat(copy.get("bytes").asLong()).isEqualTo(1000);
        assertThat(copy.get("copySeconds").asDouble()).isEqualTo(2);
        assertThat(copy.get("during").get("p99Millis").asDouble()).isEqualTo(5);
        assertThat(json.get("missing")).isNotEmpty();
        assertThat(CopyText.of(report)).contains("median 0.50");
    }
}
