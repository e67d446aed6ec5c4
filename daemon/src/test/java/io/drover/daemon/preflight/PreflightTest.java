/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import static io.drover.daemon.preflight.When.BEFORE_COPY;
import static io.drover.daemon.preflight.When.WITH_STANDBY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveRequest.Waiver;
import io.drover.api.PreflightReport;
import io.drover.api.PreflightReport.Check;
import io.drover.api.PreflightReport.Severity;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PreflightTest {
    private static final Pattern ID = Pattern.compile("P([0-9]+)(-[a-z]+)?");

    static Stream<Spoiled> spoiled() {
        return Spoiled.all();
    }

    @ParameterizedTest
    @EnumSource(names = {"BEFORE_COPY", "WITH_STANDBY"})
    void passesHealthyNodes(When phase) {
        PreflightReport report = Preflight.evaluate(new SampleFacts(phase).facts(), phase, List.of());

        assertThat(report.checks()).filteredOn(check -> !check.ok()).isEmpty();
        assertThat(report.ok()).isTrue();
        assertThat(report.checks()).allSatisfy(check -> {
            assertThat(check.message()).isNotBlank();
            assertThat(check.remedy()).isNull();
        });
    }

    @ParameterizedTest
    @MethodSource("spoiled")
    void noticesWhatIsWrong(Spoiled spoiled) {
        Check failed = failed(spoiled);

        assertThat(failed.message()).contains(spoiled.words());
        assertThat(failed.remedy()).isNotBlank();
    }

    @ParameterizedTest
    @MethodSource("spoiled")
    void refusesOnlyWhatBlocks(Spoiled spoiled) {
        PreflightReport report = report(spoiled, List.of());

        assertThat(report.ok()).isEqualTo(row(spoiled.id()).severity() != Severity.BLOCK);
    }

    @ParameterizedTest
    @MethodSource("spoiled")
    void goesOnUnderAWaiverWithItsReasonWhereTheTableAllowsIt(Spoiled spoiled) {
        List<Waiver> waivers = List.of(new Waiver(spoiled.id(), "known, see ticket 12"));

        if (!row(spoiled.id()).waivable()) {
            assertThatThrownBy(() -> report(spoiled, waivers))
                    .isInstanceOfSatisfying(
                            DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_VALUE))
                    .hasMessageContaining("check " + spoiled.id());
            return;
        }
        PreflightReport report = report(spoiled, waivers);

        assertThat(report.ok()).isTrue();
        assertThat(report.checks())
                .filteredOn(check -> check.id().equals(spoiled.id()))
                .singleElement()
                .satisfies(check -> {
                    assertThat(check.severity()).isEqualTo(Severity.WAIVED);
                    assertThat(check.ok()).isFalse();
                    assertThat(check.message()).contains(spoiled.words()).contains("waived: known, see ticket 12");
                });
    }

    @Test
    void everyCheckIsSpoiledOnce() {
        assertThat(spoiled().map(Spoiled::id))
                .containsAll(Preflight.TABLE.stream().map(PreflightCheck::id).toList());
    }

    @Test
    void tableIsWellFormed() {
        assertThat(Preflight.TABLE).extracting(PreflightCheck::id).doesNotHaveDuplicates();
        assertThat(Preflight.TABLE).extracting(check -> number(check.id())).isSorted();
        assertThat(Preflight.TABLE).allSatisfy(check -> {
            assertThat(check.id()).matches(ID);
            assertThat(check.good()).isNotBlank();
            assertThat(check.severity()).isNotEqualTo(Severity.WAIVED);
            assertThat(check.waivable())
                    .as("only what blocks can be waived")
                    .isIn(false, check.severity() == Severity.BLOCK);
        });
    }

    @Test
    void saysWhyTheWayBackWouldNotFindItsOtherStandbysAnyMore() {
        Spoiled other = new Spoiled("P41", BEFORE_COPY, "", facts -> facts.addSender(50, "replica_2", "r2"));

        assertThat(failed(other).message())
                .isEqualTo(
                        "[replica_2 (process 50)] also stream from node_a; they would receive nothing after the move,"
                                + " without an error");
    }

    @Test
    void anIdleShardIsNotBehindHoweverOldItsLastTransactionIs() {
        SampleFacts facts = new SampleFacts(WITH_STANDBY);
        facts.lagMillis = OptionalLong.of(7_200_000);

        assertThat(Preflight.evaluate(facts.facts(), WITH_STANDBY, List.of()).ok())
                .isTrue();
    }

    @Test
    void saysHowSettingsThatAMoveHasLeftAreTakenBack() {
        SampleFacts facts = new SampleFacts(WITH_STANDBY);
        facts.stray(facts.standby, "synchronous_standby_names", "FIRST 1 (\"drover_99999999\")")
                .stray(facts.standby, "autovacuum", "off");

        assertThat(Preflight.evaluate(facts.facts(), WITH_STANDBY, List.of()).checks())
                .filteredOn(check -> !check.ok())
                .singleElement()
                .satisfies(check -> assertThat(check.remedy())
                        .isEqualTo("ALTER SYSTEM RESET autovacuum; ALTER SYSTEM RESET synchronous_standby_names;"
                                + " SELECT pg_reload_conf(); on node_b"));
    }

    @Test
    void settingsThatAnOperatorHasChosenDoNotBlock() {
        SampleFacts facts = new SampleFacts(BEFORE_COPY);
        facts.stray(facts.source, "synchronous_standby_names", "")
                .stray(facts.source, "restore_command", "cp /archive/%f %p")
                .stray(facts.source, "max_standby_streaming_delay", "30s")
                .stray(facts.source, "autovacuum", "on");

        assertThat(Preflight.evaluate(facts.facts(), BEFORE_COPY, List.of()).checks())
                .allMatch(Check::ok);
    }

    @Test
    void aDisabledSubscriptionIsHarmless() {
        SampleFacts facts = new SampleFacts(BEFORE_COPY);
        facts.add(facts.source, "subscriptions", "app.sub1 (disabled)");

        assertThat(Preflight.evaluate(facts.facts(), BEFORE_COPY, List.of()).ok())
                .isTrue();
    }

    @Test
    void aRoleThatIsReadOnlyOrWaitsForTheDiskIsHarmless() {
        SampleFacts facts = new SampleFacts(BEFORE_COPY);
        facts.add(facts.source, "roleSettings", "reports/all: default_transaction_read_only=on");
        facts.add(facts.source, "roleSettings", "billing/all: synchronous_commit=remote_apply");

        assertThat(Preflight.evaluate(facts.facts(), BEFORE_COPY, List.of()).checks())
                .allMatch(Check::ok);
    }

    @Test
    void doesNotAskAboutCollationsThatNobodyUses() {
        SampleFacts facts = new SampleFacts(BEFORE_COPY);
        facts.source.putArray("collations");
        facts.targetNode.put("libcVersion", "2.31").put("icuVersion", "67.1");

        assertThat(Preflight.evaluate(facts.facts(), BEFORE_COPY, List.of()).ok())
                .isTrue();
    }

    @Test
    void aCheckThatCannotBeAnsweredHasFailed() {
        SampleFacts facts = new SampleFacts(BEFORE_COPY);
        facts.source.withObject("/settings").remove("synchronous_standby_names");

        PreflightReport report = Preflight.evaluate(facts.facts(), BEFORE_COPY, List.of());

        assertThat(report.ok()).isFalse();
        assertThat(report.checks())
                .filteredOn(check -> !check.ok())
                .singleElement()
                .satisfies(check ->
                        assertThat(check.message()).contains("the value of synchronous_standby_names is not known"));
    }

    @Test
    void refusesToWaiveWhatDoesNotExist() {
        assertThatThrownBy(() -> Preflight.checkWaivers(List.of(new Waiver("P99", "because"))))
                .isInstanceOfSatisfying(DroverException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_VALUE);
                    assertThat(e.hint())
                            .hasValueSatisfying(hint -> assertThat(hint).contains("P47"));
                })
                .hasMessage("there is no check P99 to waive");
    }

    @ParameterizedTest
    @ValueSource(strings = {"P11", "P50"})
    void refusesToWaiveThatDataMayBeLostOrDamaged(String id) {
        assertThatThrownBy(() -> Preflight.checkWaivers(List.of(new Waiver(id, "because"))))
                .hasMessageContaining("cannot be waived");
    }

    @Test
    void refusesToWaiveWithoutAReason() {
        assertThatThrownBy(() -> Preflight.checkWaivers(List.of(new Waiver("P47", " "))))
                .hasMessage("the waiver of check P47 gives no reason");
    }

    private static Check failed(Spoiled spoiled) {
        List<Check> failed = report(spoiled, List.of()).checks().stream()
                .filter(check -> !check.ok())
                .toList();
        assertThat(failed).extracting(Check::id).containsExactly(spoiled.id());
        return failed.get(0);
    }

    private static PreflightReport report(Spoiled spoiled, List<Waiver> waivers) {
        SampleFacts facts = new SampleFacts(spoiled.phase());
        spoiled.how().accept(facts);
        return Preflight.evaluate(facts.facts(), spoiled.phase(), waivers);
    }

    private static PreflightCheck row(String id) {
        return Preflight.TABLE.stream()
                .filter(check -> check.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static int number(String id) {
        Matcher matcher = ID.matcher(id);
        assertThat(matcher.matches()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }
}
