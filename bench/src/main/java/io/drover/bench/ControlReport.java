/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.Move;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The content of the file that {@code bin/bench control --json} names.
 *
 * @param ok whether everything that was asked for was made and measured; the goals are another thing
 * @param idle the idle sizes, without clients
 * @param idleWithClients the greatest of them once more, with the clients
 * @param controllerHeap after the moves
 * @param cpuMillisOfMoves the processors' time of the controller while the moves went on
 */
record ControlReport(
        boolean ok,
        List<Series> series,
        List<Goal> goals,
        List<IdleCost> idle,
        List<PerShard> perShard,
        IdleCost idleWithClients,
        Heap controllerHeap,
        Moves moves,
        double cpuMillisOfMoves,
        Made made,
        ControlOptions options,
        List<String> missing,
        List<String> problems) {
    private static final double CHANGE_MILLIS = 50;
    private static final double HEAP_MEGABYTES = 512;
    private static final double MEGABYTE = 1 << 20;
    private static final List<String> NOT_MEASURED = List.of(
            "real PostgreSQL servers and agents of their own: agents are the shipped ones on servers that do not exist, in one process",
            "a network: everything shares one machine and its processors",
            "the connection pools of the client kit: clients are its watch and its registration, with one session each");

    ControlReport(
            List<Series> series,
            List<IdleCost> idle,
            IdleCost idleWithClients,
            Heap controllerHeap,
            ManyMoves.Result moves,
            double cpuMillisOfMoves,
            Made made,
            ControlOptions options,
            List<String> problems) {
        this(
                problems.isEmpty() && moves.finished() == options.moves(),
                series,
                goals(series, idle, controllerHeap),
                idle,
                perShard(idle),
                idleWithClients,
                controllerHeap,
                Moves.of(moves),
                cpuMillisOfMoves,
                made,
                options,
                NOT_MEASURED,
                problems);
    }

    /**
     * How long changes took to their watchers.
     *
     * @param mode {@code idle}: probes while nothing moved; {@code moving}: probes while all moves went on; {@code writes of moves}:
     *     what these have written themselves
     * @param changes how many there were
     * @param millis one for each watcher that was called: from the sending of the write, and for the writes of moves from the server's
     *     time of the write, in whole milliseconds, so that each is too long by less than one
     * @param fromCommitMillis the same from the moment when the writer knew of the commit; empty for the writes of moves
     * @param errors watchers that were not called
     */
    record Series(
            String name,
            String client,
            String mode,
            int changes,
            List<Double> millis,
            List<Double> fromCommitMillis,
            int errors) {}

    /** The cost of each shard above the least size: of the processors in a second, and of the heap. */
    record PerShard(int shards, double cpuMicrosPerSecond, double heapBytes) {}

    /** The controller's heap: what it may hold, the most that it has held since the moves began, and what is alive. */
    record Heap(long maxBytes, long peakBytes, long liveBytes) {}

    /**
     * What was really there.
     *
     * @param sessions open connections to ZooKeeper: the clients', the controller's, one of all agents, one of the probes
     */
    record Made(
            int clients, int clientJvms, int nodes, int zookeeperServers, long sessions, long watches, long znodes) {}

    /** What became of the moves. */
    record Moves(
            int asked,
            int finished,
            int peakAtOnce,
            double seconds,
            List<String> errors,
            List<Double> writePauseMillis,
            List<Double> millisToBaking,
            List<Move.Phase> phases) {
        static Moves of(ManyMoves.Result result) {
            return new Moves(
                    result.asked(),
                    result.finished(),
                    result.peakAtOnce(),
                    result.seconds(),
                    result.errors(),
                    result.writePauseMillis(),
                    result.millisToBaking(),
                    result.phases());
        }
    }

    private static List<Goal> goals(List<Series> series, List<IdleCost> idle, Heap heap) {
        List<Goal> goals = new ArrayList<>();
        for (Series each : series) {
            goals.add(Wanted.atMost("p99 of a change to its watchers, " + each.mode(), CHANGE_MILLIS, "ms")
                    .judge(Figure.of(
                            Spread.of(each.millis()).percentile(99),
                            each.millis().size())));
        }
        goals.add(Wanted.atMost("heap that is alive after the moves", HEAP_MEGABYTES, "MB")
                .judge(Figure.of(heap.liveBytes() / MEGABYTE, 1)));
        goals.add(
                Wanted.atMost("processors' time of all idle shards over a straight line", IdleCost.ABOVE_LINE, "times")
                        .judge(bend(idle, IdleCost::cpuMillisPerSecond)));
        goals.add(Wanted.atMost("live heap of all idle shards over a straight line", IdleCost.ABOVE_LINE, "times")
                .judge(bend(idle, IdleCost::liveHeapBytes)));
        return goals;
    }

    private static Figure bend(List<IdleCost> idle, ToDoubleFunction<IdleCost> cost) {
        Double bend = IdleCost.bend(idle, cost);
        return bend == null ? Figure.none(idle.size(), "no line to hold it against") : Figure.of(bend, idle.size());
    }

    private static List<PerShard> perShard(List<IdleCost> idle) {
        return idle.stream()
                .skip(1)
                .map(cost -> new PerShard(
                        cost.shards(), cost.cpuMicrosPerShard(idle.get(0)), cost.heapBytesPerShard(idle.get(0))))
                .toList();
    }

    /** The distributions, for a picture. */
    Map<String, List<Double>> distributions() {
        Map<String, List<Double>> all = new LinkedHashMap<>();
        series.forEach(each -> all.put(each.mode(), each.millis()));
        all.put("write pause", moves.writePauseMillis());
        return all;
    }
}
