/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.Problem;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.testing.checker.Check;
import io.drover.testing.checker.Checker;
import io.drover.testing.checker.Evidence;
import io.drover.testing.checker.Evidence.Coverage;
import io.drover.testing.checker.Evidence.Ending;
import io.drover.testing.checker.Evidence.Limits;
import io.drover.testing.checker.Report;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the runs of one cluster, one after the other: load, move, faults, end, check, and all as before for the next. */
final class RunDriver {
    static final double LEAST_RATE = 500;
    private static final Duration WARM_UP = Duration.ofMillis(2200);
    private static final Duration WRITES_LIMIT = Duration.ofSeconds(60);
    private static final Duration READ_AGAIN = Duration.ofMillis(400);
    /** An agent looks every 30 s for what moves have left. */
    private static final Duration LEFT_LIMIT = Duration.ofSeconds(45);

    private static final int WRITES_AFTERWARDS = 200;
    private static final int LEAST_ACKED = 100;
    private static final int LEAST_UNCERTAIN = 1;
    /** A client that is frozen, or a pause in which nobody is left who could end it; more than that is a fault of its own. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(45);
    /** Connection, shutdown, resources, read-only: what the documentation tells applications to expect of a server that dies. */
    private static final Set<String> DOCUMENTED_ERRORS = Set.of("08", "57", "53", "25006");
    /** What has a number of its own in the report. */
    private static final Set<Check> COUNTED = Set.of(
            Check.K1_NO_LOST_ACK,
            Check.K3_AT_MOST_ONCE,
            Check.K5_SINGLE_WRITER_SEEN,
            Check.K6_SINGLE_WRITER_TRUTH,
            Check.K7_EPOCHS,
            Check.K8_FINAL_STATE);

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final FaultCluster faults;
    private final LocalCluster cluster;
    private final ServerConfiguration before;
    private int run;

    RunDriver(FaultCluster faults) {
        this.faults = faults;
        this.cluster = faults.cluster();
        this.before = ServerConfiguration.of(cluster, LocalCluster.NODE_A);
    }

    /** Makes a run. */
    RunResult run(FaultPlan plan, RunLog log) {
        long start = System.nanoTime();
        run++;
        log.say(plan.toString());
        Path acks = prepare();
        faults.kit().begin(run, acks);
        faults.rogues().begin(run, acks);
        Waiting.pause(WARM_UP);
        List<String> problems = new ArrayList<>();
        Gatherer gatherer = Gatherer.start(faults, run);
        FaultRun move = new FaultRun(faults, plan, log);
        Optional<MoveState> end;
        boolean serves;
        try (gatherer) {
            try (move) {
                end = move.drive();
            }
            serves = end.isPresent() && settle(move, end.orElseThrow(), acks, problems);
            String kit = faults.kit().end();
            String rogues = faults.rogues().end();
            log.say("kit: " + kit + "; rogues: " + rogues);
        }
        List<AckLog> logs = LoadHandle.logs(acks);
        Evidence.Builder evidence = Evidence.of(run, logs);
        if (serves) {
            MoveState ended = end.orElseThrow();
            if (ended == MoveState.NEEDS_OPERATOR) {
                problems.add("it needs an operator: " + errorOf(move));
                evidence.waive(Check.K8_FINAL_STATE, "a move that needs an operator still holds what it has made");
            } else {
                evidence.leftovers(leftovers(move.standbyAfter(ended)));
            }
            gatherer.gather(evidence);
        }
        tellOfTheMove(evidence, plan, move, end, gatherer);
        Report report = Checker.judge(evidence.build());
        report.lines().forEach(log::say);
        gatherer.discardWal();
        RunResult result = result(plan, move, end, serves, report, logs, problems, start);
        log.say(result.toString());
        return result;
    }

    private void tellOfTheMove(
            Evidence.Builder evidence, FaultPlan plan, FaultRun move, Optional<MoveState> end, Gatherer gatherer) {
        Map<String, Boolean> hit = new TreeMap<>();
        for (int i = 0; i < plan.faults().size(); i++) {
            hit.put(plan.faults().get(i) + " at " + plan.point(), move.proofs().size() > i);
        }
        evidence.coverage(new Coverage(hit, gatherer.forks(), LEAST_ACKED, LEAST_UNCERTAIN))
                .limits(new Limits(LONGEST_PAUSE, DOCUMENTED_ERRORS));
        if (move.comparison().wasTried()) {
            move.comparison().result().ifPresent(evidence::equality);
        } else {
            evidence.waive(
                    Check.K10_EQUALITY, "the move has no replica that could be compared while writers stand still");
        }
        end.ifPresent(state ->
                evidence.ending(new Ending(state, explained(move, state), move.healedToEnd(), FaultRun.END_LIMIT)));
    }

    private boolean explained(FaultRun move, MoveState state) {
        if (state != MoveState.NEEDS_OPERATOR) {
            return true;
        }
        Problem error = errorOf(move);
        return error != null && error.hint() != null;
    }

    private @Nullable Problem errorOf(FaultRun move) {
        return cluster.rest().move(move.move().orElseThrow()).error();
    }

    private RunResult result(
            FaultPlan plan,
            FaultRun move,
            Optional<MoveState> end,
            boolean serves,
            Report report,
            List<AckLog> logs,
            List<String> problems,
            long start) {
        for (Check check : report.broken()) {
            if (!COUNTED.contains(check)) {
                problems.add(check.id() + ": " + report.of(check).examples());
            }
        }
        WriterGap gap = WriterGap.of(logs);
        double rate = move.hitAt() == 0 ? 0 : gap.rateBefore(move.hitAt());
        return new RunResult(
                plan.seed(),
                plan.slot().toString(),
                plan.point(),
                plan.faults().stream().map(FaultPlan.Fault::toString).toList(),
                move.proofs(),
                move.stateAtHit() == null ? null : move.stateAtHit().name(),
                end.map(MoveState::name).orElse("NONE"),
                vacuous(plan, move, rate, report),
                logs.stream().mapToLong(one -> one.count(AckLog.Outcome.ACKED)).sum(),
                serves ? report.lost() : 0,
                serves ? report.duplicated() : 0,
                logs.stream()
                        .mapToLong(one -> one.count(AckLog.Outcome.UNKNOWN) + one.count(AckLog.Outcome.PENDING))
                        .sum(),
                report.twoPrimaries(),
                end.isEmpty() || !serves,
                report.broken().contains(Check.K8_FINAL_STATE)
                        ? report.of(Check.K8_FINAL_STATE).examples()
                        : List.of(),
                rate,
                move.hitAt() == 0
                        ? 0
                        : gap.before(move.comparison().heldAt())
                                .longestMillis(move.hitAt(), move.healedAt() + NANOS_PER_SECOND),
                // the first of two pauses is a short one, and there is none that nothing disturbs
                plan.tail().isPresent() ? null : pauseBefore(gap, move.hitAt()),
                serves ? move.tail().orElse(null) : null,
                (System.nanoTime() - start) / (double) NANOS_PER_SECOND,
                problems);
    }

    /** Around a cutover that ended a second before the fault at the latest. */
    private @Nullable Long pauseBefore(WriterGap gap, long hitAt) {
        List<Watcher.Seen> seen = faults.watcher().seen();
        long fenced = 0;
        for (Watcher.Seen one : seen) {
            if (one.nanos() > hitAt - NANOS_PER_SECOND) {
                break;
            }
            if (one.state() == TopologyState.FENCED) {
                fenced = one.nanos();
            } else if (one.state() == TopologyState.SERVING && fenced != 0) {
                return gap.longestMillis(fenced, one.nanos() + NANOS_PER_SECOND);
            }
        }
        return null;
    }

    private static @Nullable String vacuous(FaultPlan plan, FaultRun move, double rate, Report report) {
        if (move.hitAt() == 0) {
            return "the point was not reached";
        }
        // behind a first pause the load has only begun again
        if (rate < LEAST_RATE && !plan.slot().isInPause() && plan.passage() == 1) {
            return String.format(Locale.ROOT, "only %.0f writes per second before", rate);
        }
        return report.counts()
                ? null
                : Stream.concat(
                                report.vacuous().stream(),
                                report.unproven().stream()
                                        .map(check -> check.id() + " is unproven: "
                                                + report.of(check).examples()))
                        .collect(Collectors.joining("; "));
    }

    private Path prepare() {
        cluster.waitHealthy();
        Waiting.until(
                "the shard serves", WRITES_LIMIT, () -> faults.watcher().last().state() == TopologyState.SERVING);
        NodeId primary = faults.watcher().last().primary();
        for (ClusterNode node : cluster.nodes()) {
            if (!node.id().equals(primary)) {
                cluster.rest().post("/v1/shards/" + LocalCluster.SHARD + "/purge", "{\"node\":\"" + node.id() + "\"}");
            }
        }
        cluster.psql(primary).run(LocalCluster.DATABASE, "truncate ledger");
        faults.watcher().forget();
        try {
            return Files.createDirectories(cluster.directory().resolve("acks").resolve(String.valueOf(run)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the logs of run " + run, e);
        }
    }

    /** Whether the shard is written to again, on the node that the end of the move names, with everything healed. */
    private boolean settle(FaultRun move, MoveState end, Path acks, List<String> problems) {
        try {
            cluster.waitHealthy();
            if (!faults.kit().isAlive()) {
                faults.kit().begin(run, acks);
            }
            ShardTopology topology = cluster.rest().shard(LocalCluster.SHARD);
            NodeId expected = end == MoveState.COMPLETED ? move.target() : move.source();
            if (end != MoveState.NEEDS_OPERATOR && !topology.primary().node().equals(expected)) {
                problems.add("the move ended " + end + ", and " + topology.primary() + " serves");
            }
            long goal = acked(acks) + WRITES_AFTERWARDS;
            boolean written = false;
            for (int i = 0; !written && i < WRITES_LIMIT.dividedBy(READ_AGAIN); i++) {
                // all logs are read each time
                Waiting.pause(READ_AGAIN);
                written = acked(acks) >= goal;
            }
            if (!written) {
                problems.add("clients do not write again after the move's end " + end);
            }
            return written;
        } catch (IllegalStateException | UncheckedIOException e) {
            problems.add(String.valueOf(e.getMessage()));
            return false;
        }
    }

    private static long acked(Path acks) {
        return LoadHandle.logs(acks).stream()
                .filter(log -> log.kind() == AckLog.Kind.KIT)
                .mapToLong(log -> log.count(AckLog.Outcome.ACKED))
                .sum();
    }

    /** What is left for good: a reconciler may need a moment. */
    private List<String> leftovers(Optional<NodeId> standby) {
        List<String> found = new ArrayList<>();
        Waiting.within(LEFT_LIMIT, () -> {
            found.clear();
            try {
                found.addAll(Leftovers.of(faults, cluster.rest().shard(LocalCluster.SHARD), before, standby));
            } catch (IllegalStateException | UncheckedIOException e) {
                // a file has gone while it was looked at
                found.add(String.valueOf(e.getMessage()));
            }
            return found.isEmpty();
        });
        return found;
    }
}
