/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Json;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.testing.checker.Check;
import io.drover.testing.checker.Report;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole product on machines that the playbooks alone have set up: what can happen to a machine or a network happens while a shard moves
 * and clients write, and the checker of the fault runs judges each case.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterIT {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterIT.class);
    private static final Duration WARM_UP = Duration.ofMillis(2500);
    /** Of an old primary's WAL, which cannot be kept on every machine, or of a host whose power was cut. What is broken counts. */
    private static final Set<Check> PARTLY_UNPROVEN = Set.of(Check.K6_SINGLE_WRITER_TRUTH);

    private static @Nullable Installation installation;
    private static @Nullable Scene scene;
    private static int run;

    @BeforeAll
    static void setUp() throws IOException {
        Installation opened = Installation.open();
        installation = opened;
        scene = Scene.open(opened);
        if (!opened.steps().isEmpty()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put(
                    "set up",
                    opened.steps().stream()
                            .map(step -> step.playbook() + " " + step.took().toSeconds() + " s")
                            .toList());
            line.put("seconds", opened.tookToAdopt().toSeconds());
            report(line);
        }
    }

    @AfterAll
    static void tearDown() throws IOException {
        if (scene != null) {
            scene.close();
        }
        if (installation != null) {
            installation.saveJournals();
            installation.close();
        }
    }

    static Stream<Case> cases() {
        List<String> only = Settings.only();
        if (!only.isEmpty()) {
            return only.stream().map(Cases::named);
        }
        Predicate<InCi> turn = Settings.turn();
        return Cases.all().stream().filter(one -> Settings.everything() || turn.test(one.inCi()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    @Order(1)
    void nothingIsLostOrDoubledAndOneNodeWritesAtATime(Case one) throws Exception {
        long begun = System.nanoTime();
        Scene on = requireNonNull(scene, "there is no scene");
        on.prepare(nextRun());
        on.load().begin(on.run());
        Path directory =
                requireNonNull(installation, "nothing is installed").directory().resolve(on.run() + "-" + one);
        try (Judgement judgement = Judgement.begin(on, directory)) {
            Waiting.pause(WARM_UP);
            on.awaitWrites();
            MoveId id = one.act().on(on);
            on.awaitHealthy();
            on.awaitWrites();
            on.load().end();
            MoveState ended = end(on, judgement, id);
            Report report = judgement.judge(id, ended, one.longestPause(), one.errors());
            tell(one, on, id, report, judgement.logs(), begun);
            assertThat(report.lines().stream().filter(ClusterIT::counts)).isEmpty();
            assertThat(List.of(report.lost(), report.duplicated(), report.twoPrimaries()))
                    .as("lost, doubled, signs of two primaries")
                    .containsOnly(0L);
            judgement.discardCopies();
        } finally {
            on.load().end();
        }
    }

    private static boolean counts(String line) {
        return PARTLY_UNPROVEN.stream().noneMatch(check -> line.startsWith(check.id() + " unproven"));
    }

    /** Numbers of earlier runs of kept machines are taken. */
    private static int nextRun() {
        run = Math.max(run + 1, (int) (System.currentTimeMillis() / 1000 % 100_000_000));
        return run;
    }

    /** Closes the way back, where there is one, once the replica was compared. */
    private static MoveState end(Scene on, Judgement judgement, MoveId id) throws Exception {
        Move move = on.rest().move(id);
        if (move.state() != MoveState.BAKING) {
            judgement.nothingToCompare("the move has no replica any more when the writers have ended");
            return move.state();
        }
        on.awaitWayBack(id);
        judgement.compare(TopologyWatch.hostOf(move.source().value()));
        return on.complete(id).state();
    }

    private static void tell(Case one, Scene on, MoveId id, Report report, List<AckLog> logs, long begun)
            throws IOException {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("case", one.name());
        line.put("from", on.source());
        line.put("to", on.target());
        line.put("ended", on.rest().move(id).state());
        line.put("faults", on.faults());
        line.put(
                "acknowledged",
                logs.stream().mapToLong(log -> log.count(AckLog.Outcome.ACKED)).sum());
        line.put(
                "unknown",
                logs.stream()
                        .mapToLong(log -> log.count(AckLog.Outcome.UNKNOWN) + log.count(AckLog.Outcome.PENDING))
                        .sum());
        line.put(
                "refused",
                logs.stream().mapToLong(log -> log.count(AckLog.Outcome.FAILED)).sum());
        line.put("lost", report.lost());
        line.put("doubled", report.duplicated());
        line.put("twoPrimaries", report.twoPrimaries());
        line.put("findings", report.lines());
        line.putAll(on.figures());
        line.put("seconds", Duration.ofNanos(System.nanoTime() - begun).toSeconds());
        report(line);
    }

    private static void report(Map<String, Object> line) throws IOException {
        byte[] json = Json.bytes(line);
        LOG.info("{}", new String(json, StandardCharsets.UTF_8));
        Files.writeString(
                requireNonNull(installation, "nothing is installed").directory().resolve("report.jsonl"),
                new String(json, StandardCharsets.UTF_8) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    @Test
    @Order(2)
    void aSecondRunOfThePlaybooksChangesNothing() throws IOException {
        if (Settings.only().isEmpty()) {
            assertThat(requireNonNull(installation, "nothing is installed")
                            .playbooks()
                            .run("site.yml")
                            .changed())
                    .isZero();
        }
    }
}
