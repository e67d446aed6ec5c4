/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import io.drover.api.Move.Phase;
import io.drover.testing.ledger.Pauses;
import java.util.List;
import org.junit.jupiter.api.Test;

class SwitchoverReportTest {
    private static final SwitchoverOptions OPTIONS = new SwitchoverOptions(2, 8, 1000);

    @Test
    void hasTheMembersThatOthersRelyOn() {
        SeriesResult kit = new SeriesResult(Series.SEALED_KIT);
        kit.add(measured(30.5, 33, 2000));
        kit.add(measured(40.5, 44, 2000));
        kit.addErrors(3);
        SwitchoverReport report = SwitchoverReport.of(List.of(kit), OPTIONS, List.of());

        JsonNode json = Json.read(Json.bytes(report), JsonNode.class);
        JsonNode series = json.get("series").get(0);
        assertThat(series.get("name").asText()).isEqualTo("drover");
        assertThat(series.get("client").asText()).isEqualTo("kit");
        assertThat(series.get("mode").asText()).isEqualTo("sealed");
        assertThat(series.get("gapsMillis").toString()).isEqualTo("[30.5,40.5]");
        assertThat(series.get("worstClientMillis").toString()).isEqualTo("[33.0,44.0]");
        assertThat(series.get("errors").asLong()).isEqualTo(3);
        assertThat(json.get("missing").toString()).isEqualTo("[\"patroni\",\"pg_auto_failover\",\"repmgr\"]");
        assertThat(json.get("ok").asBoolean()).isTrue();
    }

    @Test
    void leavesVacuousSwitchesOutOfEveryFigure() {
        SeriesResult kit = new SeriesResult(Series.SEALED_KIT);
        kit.add(measured(30, 33, 2000));
        kit.add(measured(1, 1, 12));
        SwitchoverReport report = SwitchoverReport.of(List.of(kit), OPTIONS, List.of());
        assertThat(report.ok()).isFalse();
        assertThat(report.series().get(0).vacuous()).isEqualTo(1);
        assertThat(report.series().get(0).gapsMillis()).containsExactly(30.0);
        assertThat(report.series().get(0).writePauseMillis()).hasSize(1);
    }

    @Test
    void isNotOkWhenASwitchIsMissing() {
        SeriesResult kit = new SeriesResult(Series.SEALED_KIT);
        kit.add(measured(30, 33, 2000));
        assertThat(SwitchoverReport.of(List.of(kit), OPTIONS, List.of()).ok()).isFalse();
    }

    @Test
    void showsWhatThePhasesAddUpTo() {
        SeriesResult kit = new SeriesResult(Series.SEALED_KIT);
        kit.add(measured(30, 33, 2000));
        SeriesResult hand = new SeriesResult(Series.BY_HAND);
        String text = SwitchoverText.of(SwitchoverReport.of(List.of(kit, hand), OPTIONS, List.of("too slow")));
        assertThat(text.lines())
                .anyMatch(
                        line -> line.matches("drover sealed, kit +30\\.0 +max of 1 30\\.0 +33\\.0 +max of 1 33\\.0 .*"))
                .anyMatch(line -> line.matches(" +100 fence +4\\.0"))
                .anyMatch(line -> line.matches(" +together +29\\.0"))
                .contains("PROBLEM: too slow");
    }

    private static Switch measured(double all, double worst, double rate) {
        return new Switch(
                new Pauses(all, worst, rate), 29.0, List.of(new Phase(100, "fence", 4), new Phase(140, "rest", 25)));
    }
}
