/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.bench.Probes.Change;
import io.drover.testing.cluster.Waiting;
import io.drover.topology.TopologyStore;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Measures one installation: the idle sizes, then changes while nothing moves, then changes while everything moves. */
final class ControlRun {
    private static final Duration SESSION = Duration.ofSeconds(30);
    /** Until what the making of shards or clients has started is over. */
    private static final Duration SETTLE = Duration.ofSeconds(3);
    /** A watch that has lost a change is told by the next poll, which comes every three seconds. */
    private static final Duration LATE = Duration.ofSeconds(5);

    private final ControlOptions options;
    private final ControlPlane plane;
    private final PrintWriter out;
    private final long start = System.nanoTime();
    private final List<String> problems = new ArrayList<>();

    ControlRun(ControlPlane plane, ControlOptions options, PrintWriter out) {
        this.plane = plane;
        this.options = options;
        this.out = out;
    }

    ControlReport run() throws IOException {
        try (ZooKeeperClient client = ZooKeeperConnection.connect(plane.zookeeper(), SESSION);
                ProcessGauge controller = ProcessGauge.on(plane.controllerPid())) {
            return run(client, controller);
        }
    }

    private ControlReport run(ZooKeeperClient client, ProcessGauge controller) throws IOException {
        ManyMoves moves = new ManyMoves(plane.rest(), options.moves());
        moves.adopt();
        say("%d shards that will move, on fake servers of %d nodes", options.moves(), plane.nodes());
        List<IdleCost> idle = idle(new ControlShards(client, plane.nodes()), controller);
        plane.startClients();
        IdleCost withClients = cost(options.shards(), controller);
        say("%d clients with %d shards each", options.clients(), options.shardsPerClient());
        ControlReport.Made made = made();
        plane.seen();

        Probes probes = new Probes(new TopologyStore(client), options.moves(), options.shards(), options.shards());
        List<Change> quiet = probes.make(options.changes(), () -> true);
        ControlReport.Series still = series("idle", quiet, seenOf(quiet));
        say("%d changes while nothing moved", quiet.size());

        controller.peakHeapBytes();
        double cpuBefore = controller.cpuMillis();
        ExecutorService beside = Executors.newSingleThreadExecutor();
        Future<ManyMoves.Result> moving = beside.submit(moves::run);
        beside.shutdown();
        List<Change> busy = probes.make(options.changes(), () -> !moving.isDone());
        ManyMoves.Result moved = result(moving);
        double cpuOfMoves = controller.cpuMillis() - cpuBefore;
        List<Seen> seen = seenOf(busy);
        ControlReport.Series loaded = series("moving", busy, seen);
        say("%d of %d moves finished, %d changes beside them", moved.finished(), moved.asked(), busy.size());
        problems.addAll(moved.errors());
        return new ControlReport(
                List.of(still, loaded, ofMoves(busy, seen)),
                idle,
                withClients,
                new ControlReport.Heap(
                        controller.maxHeapBytes(), controller.peakHeapBytes(), controller.liveHeapBytes()),
                moved,
                cpuOfMoves,
                made,
                options,
                List.copyOf(problems));
    }

    private List<IdleCost> idle(ControlShards shards, ProcessGauge controller) throws IOException {
        List<IdleCost> idle = new ArrayList<>();
        int there = options.moves();
        for (int size : options.sizes()) {
            shards.create(there, size);
            there = size;
            IdleCost cost = cost(size, controller);
            idle.add(cost);
            say(
                    "%6d idle shards: %.2f ms of a processor in a second, %.1f MB alive",
                    size, cost.cpuMillisPerSecond(), cost.liveHeapBytes() / 1e6);
        }
        return idle;
    }

    private IdleCost cost(int size, ProcessGauge controller) throws IOException {
        Waiting.pause(SETTLE);
        controller.peakHeapBytes();
        long requests = plane.zookeeperStat().requests();
        double cpu = controller.cpuMillis();
        long begin = System.nanoTime();
        Waiting.pause(Duration.ofSeconds(options.idleSeconds()));
        double used = controller.cpuMillis() - cpu;
        double seconds = (System.nanoTime() - begin) / 1e9;
        double rate = (plane.zookeeperStat().requests() - requests) / seconds;
        long peak = controller.peakHeapBytes();
        return new IdleCost(size, seconds, used / seconds, controller.liveHeapBytes(), peak, rate);
    }

    private ControlReport.Made made() {
        int missing = plane.missingRegistrations();
        if (missing > 0) {
            problems.add(missing + " shards of clients are not registered");
        }
        ZooKeeperStat stat = plane.zookeeperStat();
        return new ControlReport.Made(
                options.clients(),
                Math.min(options.clientJvms(), options.clients()),
                plane.nodes(),
                options.ensemble() ? 3 : 1,
                stat.sessions(),
                stat.watches(),
                stat.znodes());
    }

    /** What the clients have seen since the last time, when nothing of these changes can come any more, or is lost. */
    private List<Seen> seenOf(List<Change> changes) {
        Waiting.pause(changes.isEmpty() ? Duration.ZERO : LATE);
        return plane.seen();
    }

    private ControlReport.Series series(String name, List<Change> changes, List<Seen> seen) {
        Probes.Result result = Probes.match(changes, seen, watchers());
        if (changes.isEmpty()) {
            problems.add(name + ": no change was made");
        }
        if (result.missing() > 0) {
            problems.add(name + ": " + result.missing() + " watchers were not called for a change");
        }
        return new ControlReport.Series(
                "drover",
                "topology watch",
                name,
                changes.size(),
                result.fromSendMillis(),
                result.fromCommitMillis(),
                result.missing());
    }

    /** What controllers and agents have written of the shards that move: only the server's own clock tells when. */
    private static ControlReport.Series ofMoves(List<Change> probes, List<Seen> seen) {
        Set<Long> known = new HashSet<>();
        probes.forEach(probe -> known.add(probe.transaction()));
        List<Seen> others = seen.stream()
                .filter(each -> !known.contains(each.transaction()))
                .toList();
        long writes = others.stream().mapToLong(Seen::transaction).distinct().count();
        return new ControlReport.Series(
                "drover",
                "topology watch",
                "writes of moves",
                (int) writes,
                others.stream().map(Seen::wallMillis).toList(),
                List.of(),
                0);
    }

    private Map<Integer, Integer> watchers() {
        Map<Integer, Integer> watchers = new HashMap<>();
        for (int client = 0; client < options.clients(); client++) {
            ClientsPart.shardsOf(client, options.shardsPerClient(), options.shards())
                    .forEach(shard -> watchers.merge(shard, 1, Integer::sum));
        }
        return watchers;
    }

    private static ManyMoves.Result result(Future<ManyMoves.Result> moving) {
        try {
            return moving.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the moves could not be followed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while moves went on", e);
        }
    }

    private void say(String format, Object... arguments) {
        out.printf(
                Locale.ROOT,
                "%7.1fs  %s%n",
                (System.nanoTime() - start) / 1e9,
                String.format(Locale.ROOT, format, arguments));
        out.flush();
    }
}
