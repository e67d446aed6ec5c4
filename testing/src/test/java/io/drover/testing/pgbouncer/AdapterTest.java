/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.pgbouncer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.daemon.pgbouncer.PgBouncerAdapter;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.fake.FakePgBouncer;
import io.drover.testing.fake.FakePgBouncer.Client;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the adapter does with two processes in memory. */
final class AdapterTest {
    private static final Duration MOMENT = Duration.ofMillis(200);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private AdapterStage stage;
    private PgBouncerAdapter adapter;

    @BeforeEach
    void begin() throws Exception {
        stage = new AdapterStage(directory, "transaction");
        adapter = stage.start();
        stage.awaitSettledOn(AdapterStage.A);
    }

    @AfterEach
    void end() {
        adapter.close();
        stage.close();
    }

    private void fenceWithTarget() {
        stage.reserveAndShowTarget();
        stage.fence();
    }

    private void again() {
        adapter.close();
        adapter = stage.start();
    }

    @Test
    void acknowledgesOnlyWhenEveryProcessHasDrained() {
        Client client = stage.process(AdapterStage.TWO).connect("app");
        client.begin().join();

        fenceWithTarget();
        stage.awaitPaused(AdapterStage.ONE);
        stage.awaitPaused(AdapterStage.TWO);
        Waiting.pause(MOMENT);
        assertThat(stage.acknowledged()).isFalse();

        client.commit();
        stage.awaitAcknowledged();
    }

    /** What PAUSE would close all at once: the server's processors have better to do in the pause than to end processes. */
    @Test
    void closesWhatNobodyUsesBeforeTheFence() {
        FakePgBouncer one = stage.process(AdapterStage.ONE);
        one.leaveIdle("app", 250);
        Client client = one.connect("app");
        client.begin().join();

        stage.reserveAndShowTarget();

        Waiting.until("few are left", LIMIT, () -> one.idle("app") <= 3);
        assertThat(one.idle("app")).as("little more than is in use").isPositive();
        assertThat(stage.includeText()).contains(" pool_size=3 min_pool_size=0");
        client.commit();
        stage.fence();
        stage.awaitAcknowledged();
        stage.abort();
        stage.reopen();
        stage.awaitSettledOn(AdapterStage.A);
        Waiting.until(
                "pools are as configured", LIMIT, () -> !stage.includeText().contains("min_pool_size"));
    }

    @Test
    void poolsAreAsConfiguredAgainWhenSomebodyWaits() {
        FakePgBouncer one = stage.process(AdapterStage.ONE);
        one.leaveIdle("app", 250);
        stage.reserveAndShowTarget();
        Waiting.until("some are closed", LIMIT, () -> one.idle("app") < 250);

        one.letWait("app");

        Waiting.until(
                "pools are as configured", LIMIT, () -> !stage.includeText().contains("min_pool_size"));
    }

    @Test
    void poolsAreAsConfiguredAgainAlsoWhenThatCouldNotBeWrittenAtFirst() throws Exception {
        FakePgBouncer one = stage.process(AdapterStage.ONE);
        one.leaveIdle("app", 250);
        stage.reserveAndShowTarget();
        Waiting.until("few are left", LIMIT, () -> one.idle("app") <= 3);
        Path inTheWay = Files.createDirectories(stage.include.resolveSibling("drover.ini.drover-new/full"));

        one.letWait("app");
        Waiting.pause(MOMENT.multipliedBy(3));
        assertThat(stage.includeText()).contains("min_pool_size");
        Files.delete(inTheWay);

        Waiting.until(
                "pools are as configured", LIMIT, () -> !stage.includeText().contains("min_pool_size"));
    }

    @Test
    void doesNotWaitForAProcessThatIsProvenDead() {
        stage.kill(AdapterStage.TWO);

        fenceWithTarget();

        stage.awaitAcknowledged();
    }

    /** Rule R4: what does not answer may be alive. */
    @Test
    void neverAcknowledgesForAProcessThatDoesNotAnswer() {
        stage.process(AdapterStage.TWO).freeze(true);

        fenceWithTarget();
        stage.awaitPaused(AdapterStage.ONE);
        Waiting.pause(MOMENT);
        assertThat(stage.acknowledged()).isFalse();

        stage.promote();
        stage.serve();
        Waiting.until(
                "the other process is not held up by it",
                AdapterStage.LIMIT,
                () -> AdapterStage.leadsTo(stage.process(AdapterStage.ONE), AdapterStage.B));
        stage.process(AdapterStage.TWO).freeze(false);
        stage.awaitSettledOn(AdapterStage.B);
    }

    /** H51: a pause is lost with its process. */
    @Test
    void pausesAProcessAgainThatIsRestartedBehindTheFence() {
        fenceWithTarget();
        stage.awaitAcknowledged();

        stage.kill(AdapterStage.ONE);
        stage.restart(AdapterStage.ONE, "transaction");

        stage.awaitPaused(AdapterStage.ONE);
        stage.promote();
        stage.serve();
        stage.awaitSettledOn(AdapterStage.B);
    }

    @Test
    void leadsToTheTargetBeforeThePauseEnds() {
        fenceWithTarget();
        stage.awaitAcknowledged();
        stage.promote();

        Waiting.until(
                "both lead to the target, and hold",
                AdapterStage.LIMIT,
                () -> stage.processes.values().stream()
                        .allMatch(process -> process.database("app")
                                .filter(found -> found.port() == AdapterStage.B.port() && found.paused())
                                .isPresent()));
    }

    @Test
    void aNewAdapterPausesUnderTheFenceThatItFinds() {
        adapter.close();
        fenceWithTarget();
        adapter = stage.start();

        stage.awaitPaused(AdapterStage.ONE);
        stage.awaitPaused(AdapterStage.TWO);
        stage.awaitAcknowledged();
    }

    @Test
    void aNewAdapterEndsAPauseThatItsForerunnerHasLeft() {
        fenceWithTarget();
        stage.awaitAcknowledged();
        adapter.close();
        stage.promote();
        stage.serve();

        adapter = stage.start();

        stage.awaitSettledOn(AdapterStage.B);
    }

    @Test
    void leavesAPersonsPauseAlone() {
        try (var console = stage.poolers.open(AdapterStage.ONE)) {
            console.pause("app");
        }
        again();
        Waiting.pause(MOMENT);

        assertThat(stage.process(AdapterStage.ONE).database("app").orElseThrow().paused())
                .isTrue();
        stage.reserveAndShowTarget();
        Waiting.until(
                "it is named before any fence",
                AdapterStage.LIMIT,
                () -> stage.participant()
                        .filter(seen -> String.valueOf(seen.trouble()).contains("one:6432 has app paused"))
                        .isPresent());
    }

    /** PAUSE waits for a session's client to leave; the seal ends what is left, and nobody is held for it. */
    @Test
    void sessionsThatDoNotLeaveHoldUpNobodyBehindTheSwitch() throws Exception {
        adapter.close();
        stage.kill(AdapterStage.ONE);
        FakePgBouncer process = stage.restart(AdapterStage.ONE, "session");
        adapter = stage.start();
        stage.awaitSettledOn(AdapterStage.A);
        Client idle = process.connect("app");
        idle.begin().join();
        idle.commit();

        fenceWithTarget();
        stage.awaitPaused(AdapterStage.ONE);
        CompletableFuture<Integer> held = process.connect("app").begin();
        Waiting.pause(MOMENT);
        assertThat(stage.acknowledged()).isFalse();
        assertThat(held).isNotDone();

        stage.promote();
        idle.loseServer();
        stage.serve();
        stage.awaitSettledOn(AdapterStage.B);
        Waiting.until("who was held gets on", AdapterStage.LIMIT, held::isDone);
        assertThat(held.join()).isEqualTo(AdapterStage.B.port());
    }

    /** Where the old server's machine is gone nobody ends its sessions. */
    @Test
    void endsClientsThatHangOnAServerWhichIsGone() {
        Client hanging = stage.process(AdapterStage.ONE).connect("app");
        hanging.begin().join();
        fenceWithTarget();
        stage.awaitPaused(AdapterStage.ONE);
        stage.promote();
        stage.serve();

        Waiting.until("it is ended", AdapterStage.LIMIT, () -> hanging.begin().isCompletedExceptionally());
        stage.awaitSettledOn(AdapterStage.B);
    }

    @Test
    void theLongTransactionOfOneIsNotEndedWhileItsServerServes() {
        Client working = stage.process(AdapterStage.ONE).connect("app");
        working.begin().join();

        Waiting.pause(AdapterStage.KILL_AFTER.multipliedBy(2));

        assertThat(working.begin()).isCompleted();
        assertThat(stage.process(AdapterStage.ONE).pauses()).isZero();
    }

    @Test
    void anAbortedFenceEndsWhereItBegan() {
        fenceWithTarget();
        stage.awaitAcknowledged();
        stage.abort();
        stage.reopen();

        stage.awaitSettledOn(AdapterStage.A);
    }

    @Test
    void aFileOfSomebodyElseIsRefusedAndLeftAsItIs() throws Exception {
        adapter.close();
        String theirs = "[databases]\napp = host=10.9.9.9\n";
        Files.writeString(stage.include, theirs);

        assertThatThrownBy(() -> stage.start())
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_CONFLICT))
                .hasMessageContaining("was not written by the adapter edge");
        assertThat(stage.includeText()).isEqualTo(theirs);
        Files.writeString(stage.include, "");
        adapter = stage.start();
    }

    @Test
    void twoAdaptersOnOneFileAreOneTooMany() {
        assertThatThrownBy(() -> stage.start())
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_CONFLICT))
                .hasMessageContaining("another adapter runs");
    }
}
