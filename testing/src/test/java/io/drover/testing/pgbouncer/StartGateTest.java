/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.pgbouncer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.daemon.pgbouncer.PgBouncerAdapter;
import io.drover.daemon.pgbouncer.StartGate;
import io.drover.testing.cluster.Waiting;
import io.drover.topology.ZooKeeperClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PgBouncer that is started under a fence waits for its end (F67). */
final class StartGateTest {
    private static final Duration MOMENT = Duration.ofMillis(200);

    @TempDir
    private Path directory;

    private AdapterStage stage;
    private ZooKeeperClient client;

    @BeforeEach
    void begin() throws Exception {
        stage = new AdapterStage(directory, "transaction");
        client = stage.connect("gate");
    }

    @AfterEach
    void end() {
        client.close();
        stage.close();
    }

    private void pass(Duration limit) {
        StartGate.pass(stage.settings(), client, limit);
    }

    private void assertLeadsTo(String host) {
        assertThat(stage.includeText()).contains("app = host=" + host + " ");
    }

    @Test
    void letsPassAtOnceWhereAShardServesAndSaysWhere() {
        pass(MOMENT);

        assertLeadsTo(AdapterStage.A.host());
    }

    @Test
    void holdsUnderAFenceAndLeadsToTheTargetAfterItAlsoWithoutAnAdapter() {
        pass(MOMENT);
        stage.reserveAndShowTarget();
        stage.fence();
        CompletableFuture<Void> passed = CompletableFuture.runAsync(() -> pass(AdapterStage.LIMIT));
        Waiting.pause(MOMENT);
        assertThat(passed).isNotDone();
        stage.promote();
        Waiting.pause(MOMENT);
        assertThat(passed).isNotDone();

        stage.serve();

        Waiting.until("the gate is open", AdapterStage.LIMIT, passed::isDone);
        assertLeadsTo(AdapterStage.B.host());
    }

    @Test
    void waitsForTheAdapterThatHasTheFile() {
        try (PgBouncerAdapter adapter = stage.start()) {
            assertThat(adapter).isNotNull();
            pass(AdapterStage.LIMIT);
            stage.awaitSettledOn(AdapterStage.A);
            pass(MOMENT);
        }
    }

    @Test
    void saysWhyItStaysShut() {
        pass(MOMENT);
        stage.reserveAndShowTarget();
        stage.fence();

        assertThatThrownBy(() -> pass(MOMENT))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_CONFLICT))
                .hasMessageContaining("shard shard_01 is FENCED at epoch 8");
    }

    /** Rule R8. */
    @Test
    void withoutZooKeeperWhatTheFileSaysHolds() {
        stage.stopZooKeeper();
        assertThatThrownBy(() -> pass(MOMENT))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.GUARD_REFUSED))
                .hasMessageContaining("does not say where");
        stage.startZooKeeper();
        Waiting.until("ZooKeeper is back", AdapterStage.LIMIT, client::isConnected);
        pass(AdapterStage.LIMIT);

        stage.stopZooKeeper();
        pass(MOMENT);

        assertLeadsTo(AdapterStage.A.host());
        stage.startZooKeeper();
    }
}
