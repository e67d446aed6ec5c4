/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import static io.drover.testing.checker.Check.K10_EQUALITY;
import static io.drover.testing.checker.Check.K11_LIVENESS;
import static io.drover.testing.checker.Check.K1_NO_LOST_ACK;
import static io.drover.testing.checker.Check.K2_NO_INVENTION;
import static io.drover.testing.checker.Check.K3_AT_MOST_ONCE;
import static io.drover.testing.checker.Check.K5_SINGLE_WRITER_SEEN;
import static io.drover.testing.checker.Check.K6_SINGLE_WRITER_TRUTH;
import static io.drover.testing.checker.Check.K7_EPOCHS;
import static io.drover.testing.checker.Check.K8_FINAL_STATE;
import static io.drover.testing.checker.Check.K9_PAUSES;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Lsn;
import io.drover.api.MoveState;
import io.drover.api.TopologyState;
import io.drover.testing.checker.Evidence.Commit;
import io.drover.testing.checker.Evidence.Coverage;
import io.drover.testing.checker.Evidence.Ending;
import io.drover.testing.checker.Evidence.Equality;
import io.drover.testing.checker.Evidence.FinalRead;
import io.drover.testing.checker.Evidence.Limits;
import io.drover.testing.checker.Evidence.OldWal;
import io.drover.testing.checker.Evidence.Reign;
import io.drover.testing.checker.Evidence.Row;
import io.drover.testing.checker.Evidence.TableSum;
import io.drover.testing.checker.Evidence.When;
import io.drover.testing.checker.Finding.Verdict;
import io.drover.testing.ledger.AckLog.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CheckerTest {
    private final SampleRun run = new SampleRun();

    @Test
    void acceptsARunInWhichEverythingIsAsItShouldBe() {
        Report report = run.judge();

        assertThat(report.lines()).isEmpty();
        assertThat(report.isClean()).isTrue();
        assertThat(report.counts()).isTrue();
        assertThat(report.findings()).extracting(Finding::verdict).containsOnly(Verdict.HOLDS);
    }

    @Test
    void nothingGatheredIsNothingProven() {
        Report report = Checker.judge(Evidence.of(1, List.of()).build());

        assertThat(report.isClean()).isTrue();
        assertThat(report.counts()).isFalse();
        assertThat(report.unproven()).containsExactlyInAnyOrder(Check.values());
    }

    @Test
    void aWaivedCheckIsNeitherBrokenNorMissing() {
        run.rows.remove(0);
        Report report = Checker.judge(
                run.builder().waive(K1_NO_LOST_ACK, "the test says so").build());

        assertThat(report.of(K1_NO_LOST_ACK).verdict()).isEqualTo(Verdict.WAIVED);
        assertThat(report.isClean()).isTrue();
        assertThat(report.counts()).isTrue();
    }

    @Test
    void anAcknowledgedWriteThatIsNotThereIsLost() {
        run.rows.remove(new Row(1, 2));

        Report report = run.judge();

        assertThat(report.broken()).containsExactly(K1_NO_LOST_ACK);
        assertThat(report.lost()).isEqualTo(1);
        assertThat(report.lines()).singleElement().asString().contains("write 2 of writer 1");
    }

    @Test
    void aWriteThatWasVisibleAndIsGoneAfterACrashIsLost() {
        run.reads.add(new FinalRead(When.FIRST, run.rows));
        run.reads.add(new FinalRead(When.AGAIN, run.rows));
        run.readAfterCrash(run.rows.subList(1, run.rows.size()));

        assertThat(run.judge().broken()).containsExactly(K1_NO_LOST_ACK);
    }

    @Test
    void nothingIsProvenOfLossWithoutAReadAfterACrash() {
        run.reads.add(new FinalRead(When.FIRST, run.rows));
        run.reads.add(new FinalRead(When.AGAIN, run.rows));

        assertThat(run.judge().unproven()).containsExactly(K1_NO_LOST_ACK);
    }

    @Test
    void aWriteOfUnknownFateMayBeThereOrNot() {
        int sequence = run.fate(run.kit, Outcome.UNKNOWN, "08006");
        run.rows.add(new Row(1, sequence));
        run.fate(run.kit, Outcome.UNKNOWN, "57P01");

        assertThat(run.judge().lines()).isEmpty();
    }

    @Test
    void aRefusedWriteThatIsThereIsInvented() {
        int sequence = run.fate(run.rogue, Outcome.FAILED, "25006");
        run.rows.add(new Row(2, sequence));

        assertThat(run.judge().broken()).containsExactly(K2_NO_INVENTION);
    }

    @Test
    void aRowOfAWriterThatIsNotKnownIsInvented() {
        run.rows.add(new Row(9, 1));

        assertThat(run.judge().broken()).containsExactly(K2_NO_INVENTION);
    }

    @Test
    void aWriteThatIsThereTwiceIsDoubled() {
        run.rows.add(new Row(1, 1));

        Report report = run.judge();

        assertThat(report.broken()).containsExactly(K3_AT_MOST_ONCE);
        assertThat(report.duplicated()).isEqualTo(1);
    }

    @Test
    void anAcknowledgementOfTheOldNodePastTheForkIsSeen() {
        run.acked(run.rogue, "a", 1, "0/3000100", 702, 0);

        assertThat(run.judge().broken()).contains(K5_SINGLE_WRITER_SEEN);
    }

    @Test
    void anAcknowledgementOfTheNewNodeOnTheOldTimelineIsSeen() {
        run.acked(run.rogue, "b", 1, "0/2000300", 702, 0);

        assertThat(run.judge().broken()).contains(K5_SINGLE_WRITER_SEEN);
    }

    @Test
    void anAcknowledgedWriteThatDoesNotSayWhereProvesNothing() {
        int sequence = run.rogue.begin();
        run.rogue.end(sequence, Outcome.ACKED, System.nanoTime());
        run.rows.add(new Row(2, sequence));

        assertThat(run.judge().unproven()).containsExactly(K5_SINGLE_WRITER_SEEN);
    }

    @Test
    void aWayBackIsAFurtherReign() {
        run.lineage.set(1, new Reign("b", 2, Lsn.parse("0/5000000")));
        run.lineage.add(new Reign("a", 3, null));
        run.wals.add(new OldWal("b", 2, Lsn.parse("0/5000000"), true, List.of()));
        run.stored(7, TopologyState.SERVING, "b", false);
        run.acked(run.rogue, "a", 3, "0/5000100", 900, 0);
        run.sighted("a", 3);

        assertThat(run.judge().lines()).isEmpty();
    }

    @Test
    void anAcknowledgedCommitInTheOldWalPastTheForkIsTheTruth() {
        run.wals.set(0, new OldWal("a", 1, SampleRun.FORK, true, List.of(new Commit(701, Lsn.parse("0/3000040")))));

        assertThat(run.judge().broken()).containsExactly(K6_SINGLE_WRITER_TRUTH);
    }

    @Test
    void aCommitInTheOldWalThatNobodyWasAcknowledgedHarmsNobody() {
        run.wals.set(0, new OldWal("a", 1, SampleRun.FORK, true, List.of(new Commit(800, Lsn.parse("0/3000040")))));

        assertThat(run.judge().lines()).isEmpty();
    }

    @Test
    void aWalThatWasTouchedOrNotKeptProvesNothing() {
        run.wals.set(0, new OldWal("a", 1, SampleRun.FORK, false, List.of()));
        assertThat(run.judge().unproven()).containsExactly(K6_SINGLE_WRITER_TRUTH);

        run.wals.clear();
        assertThat(run.judge().unproven()).containsExactly(K6_SINGLE_WRITER_TRUTH);
    }

    @Test
    void topologiesThatNobodyReadBlameNoWrite() {
        run.chain.clear();

        assertThat(run.judge().broken()).isEmpty();
        assertThat(run.judge().unproven()).containsExactly(K7_EPOCHS);
    }

    @Test
    void twoNodesThatTakeWritesAtATimeAreSeen() {
        run.acked(run.rogue, "a", 1, "0/2000300", 702, 0);
        run.acked(run.kit, "b", 2, "0/3000400", 802, 7);

        assertThat(run.judge().broken()).containsExactly(K6_SINGLE_WRITER_TRUTH);
    }

    @Test
    void twoNodesOutOfRecoveryAtATimeAreSeen() {
        run.sighted("a", 1);

        assertThat(run.judge().broken()).containsExactly(K6_SINGLE_WRITER_TRUTH);
    }

    @Test
    void twoNodesOutOfRecoveryOnOneTimelineAreSeenWhateverTheTime() {
        run.sighted("a", 2);

        assertThat(run.judge().broken()).containsExactly(K6_SINGLE_WRITER_TRUTH);
    }

    @Test
    void anEpochThatFallsIsSeen() {
        run.stored(6, TopologyState.FENCED, "b", false);

        assertThat(run.judge().broken()).contains(K7_EPOCHS);
    }

    @Test
    void anEpochWithTwoPrimariesIsSeen() {
        run.stored(7, TopologyState.SERVING, "a", false);

        assertThat(run.judge().broken()).contains(K7_EPOCHS);
    }

    @Test
    void aWayAroundTheFenceIsSeen() {
        run.stored(8, TopologyState.SERVING, "a", false);

        assertThat(run.judge().broken()).containsExactly(K7_EPOCHS);
    }

    @Test
    void aReturnFromThePointOfNoReturnIsSeen() {
        run.stored(8, TopologyState.FENCED, "b", true);
        run.stored(8, TopologyState.PROMOTING, "b", true);
        run.stored(8, TopologyState.ABORTING, "b", true);

        assertThat(run.judge().broken()).containsExactly(K7_EPOCHS);
    }

    @Test
    void anAbortIsAllowed() {
        run.stored(8, TopologyState.FENCED, "b", true);
        run.stored(8, TopologyState.ABORTING, "b", true);
        run.stored(9, TopologyState.SERVING, "b", true);

        assertThat(run.judge().lines()).isEmpty();
    }

    @Test
    void anAcknowledgementByAnotherNodeThanTheEpochsIsSeen() {
        run.acked(run.kit, "b", 2, "0/3000400", 802, 6);

        assertThat(run.judge().broken()).containsExactly(K7_EPOCHS);
    }

    @Test
    void whatIsLeftBehindIsSeen() {
        run.leftovers = List.of("slot drover_abcdefgh on b");

        Report report = run.judge();

        assertThat(report.broken()).containsExactly(K8_FINAL_STATE);
        assertThat(report.leftovers()).isEqualTo(1);
    }

    @Test
    void aWriterThatWaitsTooLongIsSeen() {
        run.limits = new Limits(Duration.ofNanos(1), Set.of("08"));

        assertThat(run.judge().broken()).containsExactly(K9_PAUSES);
    }

    @Test
    void anErrorThatIsNotDocumentedIsSeen() {
        run.fate(run.kit, Outcome.FAILED, "42P01");

        assertThat(run.judge().broken()).containsExactly(K9_PAUSES);
    }

    @Test
    void aReplicaWithOtherRowsIsSeen() {
        run.equality = new Equality(
                Lsn.parse("0/4000000"),
                Map.of("ledger", new TableSum(4, "17")),
                Map.of("ledger", new TableSum(4, "18")));

        assertThat(run.judge().broken()).containsExactly(K10_EQUALITY);
    }

    @Test
    void aReplicaThatLacksATableIsSeen() {
        run.equality = new Equality(Lsn.parse("0/4000000"), Map.of("ledger", new TableSum(4, "17")), Map.of());

        assertThat(run.judge().broken()).containsExactly(K10_EQUALITY);
    }

    @Test
    void aMoveWithoutAnEndIsSeen() {
        run.ending = new Ending(MoveState.REVERSING, false, Duration.ofSeconds(61), Duration.ofSeconds(60));

        assertThat(run.judge().broken()).containsExactly(K11_LIVENESS);
    }

    @Test
    void anEndThatCameTooLateIsSeen() {
        run.ending = new Ending(MoveState.ABORTED, false, Duration.ofSeconds(61), Duration.ofSeconds(60));

        assertThat(run.judge().broken()).containsExactly(K11_LIVENESS);
    }

    @Test
    void aCallForAnOperatorHasToSayWhatIsSafe() {
        run.ending = new Ending(MoveState.NEEDS_OPERATOR, false, Duration.ofSeconds(1), Duration.ofSeconds(60));
        assertThat(run.judge().broken()).containsExactly(K11_LIVENESS);

        run.ending = new Ending(MoveState.NEEDS_OPERATOR, true, Duration.ofSeconds(1), Duration.ofSeconds(60));
        assertThat(run.judge().lines()).isEmpty();
    }

    @Test
    void aRunWhoseFaultDidNotHitIsVacuous() {
        run.coverage = new Coverage(Map.of("kill the controller", false), List.of(), 0, 0);

        Report report = run.judge();

        assertThat(report.isClean()).isTrue();
        assertThat(report.counts()).isFalse();
        assertThat(report.vacuous()).singleElement().asString().contains("kill the controller");
    }

    @Test
    void aRunInWhichNobodyWroteAroundTheForkIsVacuous() {
        run.coverage = new Coverage(
                Map.of(), List.of(System.nanoTime() - Duration.ofMinutes(5).toNanos()), 1, 0);

        assertThat(run.judge().vacuous()).hasSize(1);
    }
}
