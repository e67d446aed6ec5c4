/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import io.drover.bench.LoadKind;
import io.drover.bench.Observed;
import io.drover.testing.ledger.Pauses;
import java.util.List;
import org.junit.jupiter.api.Test;

class SwitchoverReportTest {
    private static final SwitchoverOptions OPTIONS = new SwitchoverOptions(
            2,
            8,
            1000,
            SeriesTable.named(SeriesTable.USUAL),
            List.of(LoadKind.WRITERS),
            List.of(),
            null,
            1,
            Profile.LOCAL);

    @Test
    void hasTheMembersThatOthersRelyOn() {
        SeriesResult kit = Results.of(
                "sealed-kit", Results.EIGHT, Results.measured(30.5, 33, 2000), Results.measured(40.5, 44, 2000));
        kit.addErrors(3);
        SwitchoverReport report = SwitchoverReport.of(List.of(kit), OPTIONS, Results.NO_OTHERS, List.of());

        JsonNode json = Json.read(Json.bytes(report), JsonNode.class);
        JsonNode series = json.get("series").get(0);
        assertThat(series.get("name").asText()).isEqualTo("drover");
        assertThat(series.get("client").asText()).isEqualTo("kit");
        assertThat(series.get("mode").asText()).isEqualTo("sealed");
        assertThat(series.get("load").asText()).isEqualTo("writers");
        assertThat(series.get("sessions").asInt()).isEqualTo(8);
        assertThat(series.get("gapsMillis").toString()).isEqualTo("[30.5,40.5]");
        assertThat(series.get("worstClientMillis").toString()).isEqualTo("[33.0,44.0]");
        assertThat(series.get("backTo90Millis").toString()).isEqualTo("[34.0,45.0]");
        assertThat(series.get("predictedMillis").toString()).isEqualTo("[30.0,30.0]");
        assertThat(series.get("errors").asLong()).isEqualTo(3);
        assertThat(series.get("moveMedianMillis").asDouble()).isEqualTo(38.5);
        assertThat(series.get("rollbackMedianMillis").isNull()).isTrue();
        JsonNode goal = json.get("goals").get(0);
        assertThat(goal.get("name").asText()).isEqualTo("sealed-kit, writers, 8 sessions: median");
        assertThat(goal.get("wanted").asText()).isEqualTo("at most 40 ms");
        assertThat(goal.get("measured").asDouble()).isEqualTo(38.5);
        assertThat(goal.get("verdict").asText()).isEqualTo("met");
        assertThat(goal.get("n").asInt()).isEqualTo(2);
        assertThat(json.get("predictions").get("all").get("withinFactor").asDouble())
                .isEqualTo(1);
        assertThat(json.get("missing").isArray()).isTrue();
        assertThat(json.get("ok").asBoolean()).isTrue();
    }

    @Test
    void aMissedGoalIsNoFailure() {
        SeriesResult kit = Results.of("sealed-kit", Results.EIGHT, Results.moves(140, 160));
        SwitchoverReport report = SwitchoverReport.of(List.of(kit), OPTIONS, Results.NO_OTHERS, List.of());
        assertThat(report.ok()).isTrue();
        assertThat(SwitchoverText.of(report).lines())
                .anyMatch(line ->
                        line.matches("sealed-kit, writers, 8 sessions: median +150\\.00  at most 40 ms +MISSED +2"))
                .anyMatch(
                        line -> line.matches(
                                "sealed-kit, writers, 8 sessions: p99 +-  at most 120 ms +not measured +2  2 of 100, max 160\\.0"));
    }

    @Test
    void leavesVacuousSwitchesOutOfEveryFigure() {
        SeriesResult kit =
                Results.of("sealed-kit", Results.EIGHT, Results.measured(30, 33, 2000), Results.measured(1, 1, 12));
        SwitchoverReport report = SwitchoverReport.of(List.of(kit), OPTIONS, Results.NO_OTHERS, List.of());
        assertThat(report.ok()).isFalse();
        assertThat(report.series().get(0).vacuous()).isEqualTo(1);
        assertThat(report.series().get(0).gapsMillis()).containsExactly(30.0);
        assertThat(report.series().get(0).writePauseMillis()).hasSize(1);
    }

    @Test
    void isNotOkWhenAPeerIsMissingThatSomebodyWants() {
        Others wanted = new Others(true, List.of(), List.of("repmgr: not installed: /usr/sbin/sshd"));
        SwitchoverReport report = SwitchoverReport.of(List.of(), OPTIONS, wanted, List.of());
        assertThat(report.ok()).isFalse();
        assertThat(report.missing()).containsExactly("repmgr: not installed: /usr/sbin/sshd");
        assertThat(SwitchoverText.of(report)).contains("not measured: repmgr: not installed: /usr/sbin/sshd");
        assertThat(SwitchoverReport.of(List.of(), OPTIONS, Results.NO_OTHERS, List.of())
                        .ok())
                .isTrue();
    }

    @Test
    void isNotOkWhenASwitchIsMissing() {
        SeriesResult kit = Results.of("sealed-kit", Results.EIGHT, Results.measured(30, 33, 2000));
        assertThat(SwitchoverReport.of(List.of(kit), OPTIONS, Results.NO_OTHERS, List.of())
                        .ok())
                .isFalse();
    }

    @Test
    void showsWhatThePhasesAddUpTo() {
        SeriesResult kit = Results.of("sealed-kit", Results.EIGHT, Results.measured(30, 33, 2000));
        SeriesResult hand = Results.of(
                "hand-kit", Results.EIGHT, Switch.withoutDrover(new Observed(new Pauses(160, 165, 2000), null, 0)));
        String text = SwitchoverText.of(
                SwitchoverReport.of(List.of(kit, hand), OPTIONS, Results.NO_OTHERS, List.of("too slow")));
        assertThat(text.lines())
                .anyMatch(
                        line -> line.matches(
                                "drover sealed, kit; writers, 8 sessions +30\\.0 +max of 1 30\\.0 +33\\.0 +max of 1 33\\.0 +34\\.0 .*"))
                .anyMatch(line -> line.matches(" +1 of 1 not back at 90 % as long as they were looked at"))
                .anyMatch(line -> line.matches(
                        " +5\\.00 +by-hand pg_promote, kit over drover sealed, kit \\(writers, 8 sessions\\)"))
                .anyMatch(line -> line.matches(" +100 fence +4\\.0"))
                .anyMatch(line -> line.matches(" +together +29\\.0"))
                .anyMatch(line -> line.matches(" +writers +1 +29\\.0 +100 % .*"))
                .contains("PROBLEM: too slow");
    }
}
