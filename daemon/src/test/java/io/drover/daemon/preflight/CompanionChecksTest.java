/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.MoveRequest.Waiver;
import io.drover.api.PreflightReport;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompanionChecksTest {
    @ParameterizedTest
    @EnumSource(names = {"BEFORE_COPY", "WITH_STANDBY"})
    void letsStandbysComeAlongThatDroverKnows(When phase) {
        SampleFacts facts = new SampleFacts(phase).companion("replica_1").companion("replica_2");
        // the slot of the earlier move that has led this one there
        facts.add(facts.source, "leftovers", "slot slot_replica_1");

        assertThat(refusals(facts, List.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"replica_1", "FIRST 1 (\"Replica_1\", other)", "ANY 1 (replica_1, replica_2)", "*", "1 (*)"})
    void letsCommitsWaitForOneOfThem(String names) {
        SampleFacts facts = new SampleFacts(When.WITH_STANDBY)
                .companion("replica_1")
                .companion("replica_2")
                .set("synchronous_standby_names", names);

        assertThat(refusals(facts, List.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"FIRST 2 (replica_1, replica_2)", "ANY 2 (*)"})
    void letsCommitsWaitForSeveralWhenOneIsEnoughForTheCutover(String names) {
        SampleFacts facts = new SampleFacts(When.WITH_STANDBY)
                .companion("replica_1")
                .companion("replica_2")
                .set("synchronous_standby_names", names);

        assertThat(refusals(facts, List.of())).singleElement().isEqualTo("P40-count");
        assertThat(refusals(facts, List.of(new Waiver("P40-count", "seconds")))).isEmpty();
    }

    private static List<String> refusals(SampleFacts facts, List<Waiver> waivers) {
        When phase = facts.lagBytes.isPresent() ? When.WITH_STANDBY : When.BEFORE_COPY;
        return Preflight.evaluate(facts.facts(), phase, waivers).checks().stream()
                .filter(check -> !check.ok() && check.severity() == PreflightReport.Severity.BLOCK)
                .map(PreflightReport.Check::id)
                .toList();
    }
}
