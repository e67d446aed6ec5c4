/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.testing.checker.Evidence.When;
import io.drover.testing.checker.RowTally;
import io.drover.testing.checker.Rows;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the runs of one cluster, one after the other: load, move, faults, end, check, and all as before for the next. */
final class RunDriver {
    static final double LEAST_RATE = 500;
    private static final Duration WARM_UP = Duration.ofMillis(2200);
    private static final Duration WRITES_LIMIT = Duration.ofSeconds(60);
    private static final Duration LEFT_LIMIT = Duration.ofSeconds(20);
    private static final int WRITES_AFTERWARDS = 200;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final FaultCluster faults;
    private final LocalCluster cluster;
    private final Map<String, String> settings;
    private int run;

    RunDriver(FaultCluster faults) {
        this.faults = faults;
        this.cluster = faults.cluster();
        this.settings = Leftovers.settings(cluster, LocalCluster.NODE_A);
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
        Optional<MoveState> end;
        FaultRun move = new FaultRun(faults, plan, log);
        RoleProbe probe = RoleProbe.start(cluster);
        try (move) {
            end = move.drive();
        }
        boolean serves = end.isPresent() && settle(move, end.orElseThrow(), acks, problems);
        String kit = faults.kit().end();
        String rogues = faults.rogues().end();
        log.say("kit: " + kit + "; rogues: " + rogues);
        probe.close();
        List<AckLog> logs = LoadHandle.logs(acks);
        return judge(plan, move, end, serves, logs, probe, problems, start, log);
    }

    private RunResult judge(
            FaultPlan plan,
            FaultRun move,
            Optional<MoveState> end,
            boolean serves,
            List<AckLog> logs,
            RoleProbe probe,
            List<String> problems,
            long start,
            RunLog log) {
        RowTally rows = new RowTally(0, List.of(), List.of(), List.of(), 0);
        List<String> leftovers = List.of();
        if (serves) {
            rows = rows(logs);
            boolean called = end.orElseThrow() == MoveState.NEEDS_OPERATOR;
            leftovers = called ? List.of() : leftovers();
            if (!rows.invented().isEmpty()) {
                problems.add(rows.invented().size() + " rows that nobody wrote, or that were refused");
            }
        }
        List<String> two = TimelineRule.violations(logs, probe.sightings());
        problems.addAll(two);
        WriterGap gap = WriterGap.of(logs);
        double rate = move.hitAt() == 0 ? 0 : gap.rateBefore(move.hitAt());
        String vacuous = vacuous(plan, move, rate);
        RunResult result = new RunResult(
                plan.seed(),
                plan.slot().toString(),
                plan.point(),
                plan.faults().stream().map(FaultPlan.Fault::toString).toList(),
                move.proofs(),
                move.stateAtHit() == null ? null : move.stateAtHit().name(),
                end.map(MoveState::name).orElse("NONE"),
                vacuous.isEmpty() ? null : vacuous,
                rows.acked(),
                rows.lost().size(),
                rows.duplicated().size(),
                rows.unknown(),
                two.size(),
                end.isEmpty() || !serves,
                leftovers,
                rate,
                move.hitAt() == 0 ? 0 : gap.longestMillis(move.hitAt(), move.healedAt() + NANOS_PER_SECOND),
                (System.nanoTime() - start) / (double) NANOS_PER_SECOND,
                problems);
        log.say(result.toString());
        return result;
    }

    private static String vacuous(FaultPlan plan, FaultRun move, double rate) {
        if (move.hitAt() == 0) {
            return "the point was not reached";
        }
        if (move.proofs().isEmpty()) {
            return "there was nobody to do it to";
        }
        return rate < LEAST_RATE && !plan.slot().isInPause()
                ? "only %.0f writes per second before".formatted(rate)
                : "";
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
            long before = acked(acks);
            Waiting.until(
                    "clients write again after the move's end " + end,
                    WRITES_LIMIT,
                    () -> acked(acks) >= before + WRITES_AFTERWARDS);
            return true;
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

    private RowTally rows(List<AckLog> logs) {
        try (Connection connection = cluster.connectToPrimary()) {
            return RowTally.of(logs, Rows.read(connection, run, When.FIRST));
        } catch (SQLException e) {
            throw new IllegalStateException("cannot read the rows", e);
        }
    }

    /** What is left for good: a reconciler may need a moment. */
    private List<String> leftovers() {
        List<String> found = new ArrayList<>();
        Waiting.within(LEFT_LIMIT, () -> {
            found.clear();
            try {
                found.addAll(Leftovers.of(faults, cluster.rest().shard(LocalCluster.SHARD), settings));
            } catch (IllegalStateException | UncheckedIOException e) {
                // a file has gone while it was looked at
                found.add(String.valueOf(e.getMessage()));
            }
            return found.isEmpty();
        });
        return found;
    }
}
