/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.pgbouncer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.PreflightReport;
import io.drover.api.PreflightReport.Severity;
import io.drover.daemon.pgbouncer.PgBouncerAdapter;
import io.drover.daemon.pgbouncer.PoolerPreflight;
import io.drover.daemon.pgbouncer.Poolers;
import io.drover.replication.PgBouncer;
import io.drover.replication.PgBouncerPlace;
import io.drover.replication.PgBouncerPlace.Listening;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.fake.FakePgBouncer;
import io.drover.topology.ZooKeeperClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What would be in the way inside of a pause is named before it, and a healthy PgBouncer has nothing in its way. */
final class PoolerPreflightTest {
    @TempDir
    private Path directory;

    private AdapterStage stage;

    @BeforeEach
    void begin() throws Exception {
        stage = new AdapterStage(directory, "transaction");
        try (PgBouncerAdapter adapter = stage.start()) {
            stage.awaitSettledOn(AdapterStage.A);
            assertThat(adapter).isNotNull();
        }
    }

    @AfterEach
    void end() {
        stage.close();
    }

    private PreflightReport run() {
        return run(stage.poolers);
    }

    private PreflightReport run(Poolers poolers) {
        try (ZooKeeperClient client = stage.connect("check")) {
            return PoolerPreflight.run(stage.settings(), poolers, stage.logins, client);
        }
    }

    private void assertBlocks(PreflightReport report, String id, String... words) {
        assertThat(report.ok()).isFalse();
        assertThat(report.checks()).anySatisfy(check -> {
            assertThat(check.id()).isEqualTo(id);
            assertThat(check.severity()).isEqualTo(Severity.BLOCK);
            assertThat(check.message()).contains(words);
            assertThat(check.remedy()).isNotBlank();
        });
    }

    @Test
    void nothingIsInTheWayOfAHealthyOne() {
        assertThat(run().checks())
                .singleElement()
                .satisfies(check -> assertThat(check.ok()).isTrue());
    }

    @Test
    void namesAProcessThatIsNotThere() {
        stage.kill(AdapterStage.TWO);

        assertBlocks(run(), "B3", "two:6432");
    }

    /** All processes have the same wrong login. */
    private Poolers with(boolean admin, boolean rightPassword) {
        return new Poolers() {
            @Override
            public PgBouncer open(PgBouncerPlace place) {
                return stage.poolers.open(place, admin, rightPassword);
            }

            @Override
            public Listening listening(PgBouncerPlace place) {
                return stage.poolers.listening(place);
            }

            @Override
            public boolean isSame(String address, String host) {
                return stage.poolers.isSame(address, host);
            }
        };
    }

    @Test
    void namesAWrongPasswordAndTheAdapterDoesNotStart() {
        assertBlocks(run(with(true, false)), "B4", "one:6432", "refuses the login");
        assertRefused(with(true, false), "refuses the login");
    }

    @Test
    void namesAUserWhoMayOnlyLook() {
        assertBlocks(run(with(false, true)), "B4", "admin", "one:6432", "not pause");
        assertRefused(with(false, true), "not pause");
    }

    private void assertRefused(Poolers poolers, String words) {
        String before = stage.includeText();
        assertThatThrownBy(() ->
                        PgBouncerAdapter.start(stage.settings(), poolers, stage.logins, () -> stage.connect("adapter")))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PREFLIGHT_FAILED))
                .hasMessageContaining(words);
        assertThat(stage.includeText()).isEqualTo(before);
    }

    @Test
    void namesAnIniWithoutTheInclude() throws Exception {
        Files.writeString(stage.ini, "[databases]\n[pgbouncer]\n;%include " + stage.include + "\n");

        assertBlocks(run(), "B1", stage.ini.toString(), "does not include");
        assertRefused(stage.poolers, "does not include");
    }

    @Test
    void namesAnIniThatIsNotThere() throws Exception {
        Files.delete(stage.ini);

        assertBlocks(run(), "B1", stage.ini.toString(), "cannot be read");
    }

    @Test
    void namesAnIniThatDefinesTheDatabaseItself() throws Exception {
        Files.writeString(stage.ini, "[databases]\napp = host=10.0.0.9\n%include " + stage.include + "\n[pgbouncer]\n");

        assertBlocks(run(), "B2", "app", stage.ini.toString());
        assertRefused(stage.poolers, "app");
    }

    @Test
    void findsTheIncludeInAFileThatIsIncludedItself() throws Exception {
        Path between = directory.resolve("more.ini");
        Files.writeString(stage.ini, "[pgbouncer]\n[databases]\n%include more.ini\n");
        Files.writeString(between, "%include " + stage.include + "\n");

        assertThat(run().ok()).isTrue();
    }

    @Test
    void namesAProcessThatHasNotReadTheInclude() {
        FakePgBouncer process = stage.process(AdapterStage.ONE);
        process.forgetInclude();
        try (PgBouncer console = stage.poolers.open(AdapterStage.ONE)) {
            console.reload();
        }

        assertBlocks(run(), "B1", "one:6432 knows no database app");
    }

    @Test
    void namesAnIdleTransactionOfASession() {
        stage.kill(AdapterStage.ONE);
        stage.restart(AdapterStage.ONE, "session").connect("app").begin().join();
        stage.logins.idle = List.of("process 4711 of app, idle in transaction for 61 s");

        assertBlocks(run(), "B9", "one:6432", "pool mode session", "process 4711");
        assertThat(run().checks()).anySatisfy(check -> {
            assertThat(check.id()).isEqualTo("B9-session");
            assertThat(check.severity()).isEqualTo(Severity.WARN);
        });
    }

    @Test
    void namesALongLoginRetry() {
        stage.process(AdapterStage.TWO).set("server_login_retry", "15");

        assertBlocks(run(), "B6", "server_login_retry is 15.0 s at two:6432");
    }

    @Test
    void namesAShortWaitOfClients() {
        stage.process(AdapterStage.ONE).set("query_wait_timeout", "2");
        assertBlocks(run(), "B7", "query_wait_timeout is 2.0 s at one:6432");

        stage.process(AdapterStage.ONE).set("min_pool_size", "20");
        assertThat(run().checks()).anySatisfy(check -> {
            assertThat(check.id()).isEqualTo("B7-pool");
            assertThat(check.severity()).isEqualTo(Severity.WARN);
            assertThat(check.message()).contains("min_pool_size is 20 at one:6432");
        });
        stage.process(AdapterStage.ONE).set("min_pool_size", "0");

        stage.process(AdapterStage.ONE).set("query_wait_timeout", "0");
        assertThat(run().ok()).isTrue();
    }

    @Test
    void namesADatabaseThatIsTurnedOff() {
        stage.process(AdapterStage.ONE).disable("app");

        assertBlocks(run(), "B8", "one:6432 has app disabled");
    }

    @Test
    void namesATargetThatCannotBeLoggedInTo() {
        stage.reserveAndShowTarget();
        assertThat(run().ok()).isTrue();

        stage.logins.refusedBy = "node_b";

        assertBlocks(run(), "B10", "target node_b at 10.0.0.2:5434");
    }

    /** What a controller sees before the fence. */
    @Test
    void aRunningAdapterTellsTheControllerAndIsNotReady() {
        stage.logins.refusedBy = "node_b";
        try (PgBouncerAdapter adapter = stage.start()) {
            assertThat(adapter).isNotNull();
            stage.reserveAndShowTarget();
            Waiting.until(
                    "it tells why it is not ready",
                    AdapterStage.LIMIT,
                    () -> stage.participant()
                            .filter(seen -> !seen.targetReady()
                                    && String.valueOf(seen.trouble()).contains("no login to the target node_b"))
                            .isPresent());

            stage.logins.refusedBy = "";

            Waiting.until(
                    "it is ready",
                    AdapterStage.LIMIT,
                    () -> stage.participant()
                            .filter(seen -> seen.targetReady() && seen.trouble() == null)
                            .isPresent());
        }
    }

    /** It would have seen the adapter's own pause, and a server that is about to be sealed. */
    @Test
    void whatAFenceOvertakesIsNotTold() {
        try (PgBouncerAdapter adapter = stage.start()) {
            assertThat(adapter).isNotNull();
            stage.awaitSettledOn(AdapterStage.A);
            stage.logins.meanwhile = () -> {
                stage.logins.meanwhile = () -> {};
                stage.logins.refusedBy = "node_a";
                stage.fence();
                stage.awaitAcknowledged();
            };

            stage.reserveAndShowTarget();

            stage.awaitAcknowledged();
            stage.logins.refusedBy = "";
            stage.promote();
            stage.serve();
            stage.awaitSettledOn(AdapterStage.B);
            assertThat(stage.troubles())
                    .noneMatch(trouble -> trouble.contains("has app paused") || trouble.contains("no login to"));
        }
    }
}
