/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ByteSize;
import io.drover.api.CanaryQuery;
import io.drover.api.Drill;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.Move;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.PreflightReport;
import io.drover.api.Problem;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.daemon.access.BearerToken;
import io.drover.daemon.audit.AuditLog;
import io.drover.daemon.resources.FakeServices;
import io.drover.daemon.resources.FenceLimit;
import io.drover.daemon.resources.Rest;
import io.drover.daemon.resources.TestController;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

@Timeout(60)
class CommandLinesTest {
    private static TestController controller;
    private static Path token;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        controller = new TestController();
        token = directory.resolve("token");
        Files.writeString(token, TestController.TOKEN + "\n");
    }

    @AfterAll
    static void stop() {
        controller.close();
    }

    @BeforeEach
    void clear() {
        controller.reset();
    }

    @Command(name = "drover")
    private static final class Main {}

    /** Runs a command that reaches the controller. */
    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--url", controller.base().toString(), "--token-file", token.toString()));
        return runBare(all.toArray(String[]::new));
    }

    private int runBare(String... arguments) {
        CommandLine line = CommandLines.of(new Main());
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    @Test
    void namesAMistakeAndWhereHelpIsInsteadOfEveryOption() {
        assertThat(runBare("move", "shard_01", "--too", "node_b")).isEqualTo(ExitCode.USAGE);

        assertThat(err.toString().lines())
                .containsExactly(
                        "drover: Missing required option: '--to=NODE'",
                        "  unknown: --too node_b",
                        "  hint: bin/drover move --help");
        assertThat(controller.services.calls).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"FORBIDDEN", "TOO_MANY_FENCES"})
    void aRoleThatIsMissingOrAFenceTooManyIsARefusal(ErrorCode code) {
        controller.services.failure = new DroverException(code, "not now", "ask");

        assertThat(run("abort", FakeServices.ID.value())).isEqualTo(ExitCode.REFUSED);
        assertThat(err.toString()).contains("not now", "ask");
    }

    @Test
    void sendsWhyAPersonAsks(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("audit.log");
        AuditLog audit = AuditLog.in(file, "of-commands", Clock.systemUTC());
        BearerToken known = new BearerToken(TestController.TOKEN);
        try (TestController audited =
                new TestController(null, null, new Rest.Protection(known, audit, false, FenceLimit.none()))) {
            for (String order : List.of("abort", "approve", "rollback")) {
                String url = audited.base().toString();
                assertThat(runBare(
                                order,
                                FakeServices.ID.value(),
                                "--reason",
                                "läuft voll: 95 %",
                                "--url",
                                url,
                                "--token-file",
                                token.toString()))
                        .as(err.toString())
                        .isZero();
            }
        } finally {
            audit.close();
        }
        assertThat(Files.readAllLines(file))
                .hasSize(6)
                .allSatisfy(line -> assertThat(line).contains("\"reason\":\"läuft voll: 95 %\""));
    }

    @Test
    void sendsEveryFieldOfARequest() {
        String line = "move shard_01 --to node_b --standby node_c --cutover approve --mode clean-stop"
                + " --max-write-pause 1500ms --drain-timeout 200ms --blockers terminate --deadline 24h --method basebackup"
                + " --max-rate 100MiB --checkpoint spread --verify checksums --read-shift 1,100 --bake 1d";
        List<String> arguments = new ArrayList<>(List.of(line.split(" ")));
        arguments.addAll(List.of("--canary", "select 1, 2", "--waive", "P47=we know, it is fine"));

        int code = run(arguments.toArray(String[]::new));

        assertThat(code).as(err.toString()).isZero();
        assertThat(controller.services.lastRequest)
                .isEqualTo(new MoveRequest(
                        new ShardId("shard_01"),
                        new NodeId("node_b"),
                        List.of(new NodeId("node_c")),
                        MoveRequest.Cutover.APPROVE,
                        MoveRequest.Mode.CLEAN_STOP,
                        Duration.ofMillis(1500),
                        Duration.ofMillis(200),
                        MoveRequest.Blockers.TERMINATE,
                        Duration.ofHours(24),
                        new MoveRequest.Bootstrap(
                                MoveRequest.Method.BASEBACKUP, ByteSize.parse("100MiB"), MoveRequest.Checkpoint.SPREAD),
                        new MoveRequest.Verify(MoveRequest.Level.CHECKSUMS, List.of(new CanaryQuery("select 1, 2"))),
                        List.of(1, 100),
                        Duration.ofDays(1),
                        List.of(new MoveRequest.Waiver("P47", "we know, it is fine")),
                        false,
                        false));
        assertThat(out.toString()).contains("move " + FakeServices.ID + ": COPYING");
        assertThat(controller.services.calls.get(0)).matches("create [0-9a-f-]{36}");
    }

    @Test
    void aDrillThatCameToItsEndIsASuccessAndShowsItsFigures() {
        controller.services.state = MoveState.ABORTED;
        controller.services.drill = drill(null);

        int code = run("drill", "shard_01", "--to", "node_b");

        assertThat(code).as(err.toString()).isZero();
        assertThat(controller.services.lastRequest.drill()).isTrue();
        assertThat(out.toString())
                .contains("would have paused writes for 41.5 ms", "held for 33.0 ms", "nothing was promoted")
                .contains("ledger on host_1", "2.5 ms", "not in time", "promotion");
    }

    @Test
    void aDrillThatEndedEarlyIsAFailure() {
        controller.services.state = MoveState.ABORTED;
        controller.services.drill =
                drill(Problem.of(new DroverException(ErrorCode.PAUSE_BUDGET_SPENT, "took too long", "look")));

        assertThat(run("drill", "shard_01", "--to", "node_b")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("PAUSE_BUDGET_SPENT", "took too long");
    }

    @Test
    void aMoveThatWaitsForItsApprovalIsTheOneThatIsDrilled() {
        controller.services.state = MoveState.READY;

        assertThat(run("drill", "shard_01", "--to", "node_b", "--no-wait")).isZero();
        assertThat(controller.services.calls).contains("drill").noneMatch(call -> call.startsWith("create"));
    }

    private static Drill drill(@Nullable Problem error) {
        return new Drill(
                Instant.EPOCH,
                List.of(new Move.Phase(100, "fence", 3), new Move.Phase(120, "final sync", 8.5)),
                List.of(new Move.Phase(140, "promotion", 30)),
                "measured by a move",
                41.5,
                List.of(new Move.Phase(100, "lower the fence", 4)),
                33.0,
                List.of(
                        new Drill.Acknowledgement("ledger on host_1", 2.5),
                        new Drill.Acknowledgement("report on host_2", null)),
                error);
    }

    @Test
    void passesTheCallersIdempotencyKey() {
        run("move", "shard_01", "--to", "node_b", "--idempotency-key", "k9");

        assertThat(controller.services.calls).containsExactly("create k9");
    }

    @Test
    void showsPlanAndChecksOfADryRun() {
        assertThat(run("move", "shard_01", "--to", "node_b", "--dry-run")).isZero();
        assertThat(out.toString()).contains("checks shard_01", "P1");
        assertThat(controller.services.calls).containsExactly("plan");
    }

    @Test
    void showsTheChecksAlone() {
        assertThat(run("check", "shard_01", "--to", "node_b")).isZero();
        assertThat(out.toString())
                .startsWith("CHECK")
                .contains("fine", "IN THE WAY", "idle-in-transaction")
                .doesNotContain("checks shard_01");
    }

    @Test
    void showsTheChecksThatRefuse() {
        controller.services.failure = DroverException.refusedBy(
                PreflightReport.of(List.of(new PreflightReport.Check(
                        "P5", PreflightReport.Severity.BLOCK, false, "disk full", "free some"))),
                "1 check refuses");

        assertThat(run("move", "shard_01", "--to", "node_b")).isEqualTo(ExitCode.REFUSED);
        assertThat(err.toString())
                .contains("1 check refuses", "disk full", "free some")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource({
        "SHARD_BUSY, 3",
        "BAKE_NOT_OVER, 3",
        "NOT_SUPPORTED, 3",
        "OPERATOR_NEEDED, 4",
        "NOT_FOUND, 1",
        "NO_LEADER, 1",
        "MALFORMED_REQUEST, 2"
    })
    void exitsByTheKindOfFailure(ErrorCode code, int exit) {
        controller.services.failure = new DroverException(code, "because", "do this");

        assertThat(run("moves")).isEqualTo(exit);
        assertThat(err.toString()).contains("drover: because", "hint: do this");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "move shard_01",
                "move --to node_b",
                "move Shard --to node_b",
                "move s --to n --mode brutal",
                "move s --to n --bake 7",
                "move s --to n --max-rate 5MB",
                "move s --to n --colour red",
                "adopt s --node n --port 1 --database d",
                "init s --node n --port 1 --database d --data-dir /d",
                "watch",
                "dance"
            })
    void refusesAWrongCommandLine(String line) {
        assertThat(runBare(line.split(" "))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).isNotBlank();
        assertThat(controller.services.calls).isEmpty();
    }

    @Test
    void namesWhatIsAllowed() {
        runBare("move", "s", "--to", "n", "--mode", "brutal");

        assertThat(err.toString()).contains("auto, sealed, strict, clean-stop");
    }

    @Test
    void findsAMoveByTheBeginningOfItsId() {
        assertThat(run("show", "abcd")).isZero();
        assertThat(out.toString()).contains("move " + FakeServices.ID, "COPYING", "40 base backup", "50.0 %");
    }

    @ParameterizedTest
    @ValueSource(strings = {"approve", "abort", "rollback", "pause", "resume"})
    void givesOrders(String verb) {
        assertThat(run(verb, FakeServices.ID.value())).isZero();
        assertThat(controller.services.calls).contains(verb);
    }

    @Test
    void goesBackWithoutAStandbyOnlyWhenThatIsWaived() {
        run("rollback", FakeServices.ID.value(), "--waive", "P41-standbys=it has burnt");

        assertThat(controller.services.calls).contains("rollback waives P41-standbys because it has burnt");
    }

    @Test
    void endsTheBakeOnlyWhenAsked() {
        run("complete", FakeServices.ID.value(), "--end-bake");
        run("complete", FakeServices.ID.value());

        assertThat(controller.services.calls).contains("complete true", "complete false");
    }

    @Test
    void listsMovesShardsAndNodes() {
        assertThat(run("moves", "--shard", "shard_01", "--state", "BAKING")).isZero();
        assertThat(run("shards")).isZero();
        assertThat(run("nodes")).isZero();
        assertThat(out.toString()).contains("SHARD", "127.0.0.21:5433", "http://127.0.0.21:8090", "SERVING");
        assertThat(controller.services.calls).containsExactly("list shard_01 BAKING", "shards", "nodes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"moves", "shards", "nodes"})
    void printsTheControllersJson(String command) throws Exception {
        run(command, "--json");

        assertThat(Json.mapper().readTree(out.toString()).get(command)).hasSize(1);
    }

    @Test
    void adoptsMakesAndPurges() {
        assertThat(run("adopt", "shard_01", "--node", "node_a", "--data-dir", "/d", "--port", "1", "--database", "app"))
                .isZero();
        assertThat(run("init", "shard_02", "--node", "node_a", "--port", "5434", "--database", "app"))
                .isZero();
        assertThat(run("purge", "shard_01", "--node", "node_a")).isZero();

        assertThat(controller.services.lastAdoption)
                .isEqualTo(new ShardAdoption(new NodeId("node_a"), null, 5434, "app", true));
        assertThat(controller.services.calls)
                .containsExactly("adopt shard_01", "adopt shard_02", "purge shard_01 node_a");
        assertThat(out.toString()).contains("deleted /data/set-aside");
    }

    @Test
    void goesOnToTheNextControllerWhenOneTakesNoConnection() {
        String urls = "http://127.0.0.1:1," + controller.base();

        assertThat(runBare("moves", "--url", urls, "--token-file", token.toString()))
                .as(err.toString())
                .isZero();
    }

    @Test
    void saysWhichControllerDoesNotAnswer() {
        assertThat(runBare("moves", "--url", "http://127.0.0.1:1")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("http://127.0.0.1:1", "hint: ");
    }

    @Test
    void saysWhereATokenComesFrom() {
        assertThat(runBare("moves", "--url", controller.base().toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("--token-file");
        assertThat(runBare("moves", "--token-file", "/nonexistent")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void saysWhichConfigurationOfAPoolerCannotBeRead() {
        assertThat(runBare("pgbouncer", "/nonexistent.yml")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("/nonexistent.yml");
    }

    @Test
    void saysWhatIsWrongInTheConfigurationOfAPooler(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("edge.yml"), """
                name: edge 1
                databases: [{name: app, shard: shard_01, options: "host=10.0.0.9"}]
                consoles: [{host: /run, port: 0}]
                """);

        assertThat(runBare("pgbouncer", "--check", file.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains(file.toString(), "name", "options", "port");
    }

    @Test
    void followsAMoveUntilItBakes() throws Exception {
        Thread cluster = new Thread(CommandLinesTest::moveToBaking);
        cluster.start();

        int code = run("move", "shard_01", "--to", "node_b", "--wait", "--cutover", "approve");
        cluster.join();

        assertThat(code).as(err.toString()).isZero();
        assertThat(err.toString())
                .contains("READY", "bin/drover approve " + FakeServices.ID, "copied 5 B of 10 B", "BAKING");
        assertThat(out.toString()).contains("BAKING");
    }

    private static void moveToBaking() {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (controller.services.listeners.isEmpty() && System.nanoTime() < limit) {
            Thread.onSpinWait();
        }
        Map<String, Object> progress = Map.of("bytesDone", 5, "bytesTotal", 10, "percent", 50.0, "bytesPerSecond", 1);
        controller.services.listeners.forEach(listener -> {
            listener.onEvent("state", 3, Map.of("state", "READY", "event", "ready", "step", Map.of("number", 70)));
            listener.onEvent("progress", 0, Map.of("progress", progress));
            controller.services.state = MoveState.BAKING;
            listener.onEvent("state", 4, Map.of("state", "BAKING", "event", "bakes", "step", Map.of("number", 170)));
        });
    }

    @ParameterizedTest
    @CsvSource({"ABORTED, 1", "ROLLED_BACK, 1", "NEEDS_OPERATOR, 4", "BAKING, 0", "COMPLETED, 0"})
    void saysByItsExitHowAMoveEnded(MoveState end, int exit) {
        controller.services.state = end;

        assertThat(run("move", "shard_01", "--to", "node_b", "--wait")).isEqualTo(exit);
    }

    @ParameterizedTest
    @CsvSource({
        "abort, ABORTED, 0",
        "abort, COMPLETED, 1",
        "abort, BAKING, 1",
        "rollback, ROLLED_BACK, 0",
        "rollback, BAKING, 1",
        "rollback, NEEDS_OPERATOR, 4"
    })
    void followsAnOrderToItsEnd(String verb, MoveState end, int exit) {
        controller.services.state = end;

        assertThat(run(verb, FakeServices.ID.value(), "--wait")).isEqualTo(exit);
    }
}
