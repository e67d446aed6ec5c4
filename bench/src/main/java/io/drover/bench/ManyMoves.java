/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.Problem;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** Moves shards, all at the same time, each between two nodes of its own, and completes them. */
final class ManyMoves {
    private static final Duration ADOPT_LIMIT = Duration.ofMinutes(5);
    private static final Duration REQUEST_LIMIT = Duration.ofMinutes(2);
    private static final Duration MOVE_LIMIT = Duration.ofMinutes(20);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
    private static final int CALLERS = 16;
    private static final int PORT = 5433;

    private final DroverRest rest;
    private final int count;

    ManyMoves(DroverRest rest, int count) {
        this.rest = rest;
        this.count = count;
    }

    /** Makes the shards on the fake servers, by their agents. */
    void adopt() {
        List<String> problems = atOnce(number -> rest.within(ADOPT_LIMIT)
                .put(
                        "/v1/shards/" + ControlShards.id(number),
                        "{\"node\":\"%s\",\"port\":%s,\"database\":\"%s\",\"initialize\":true}"
                                .formatted(AgentsPart.node(2 * number), PORT, ControlShards.DATABASE))
                .succeeded()
                .body());
        if (!problems.isEmpty()) {
            throw new IllegalStateException("shards cannot be made: " + problems.get(0));
        }
    }

    /**
     * What became of them.
     *
     * @param finished moves that have come to COMPLETED
     * @param peakAtOnce the most that were seen on their way at the same time, before their bake
     * @param errors what went wrong, of each move that did not finish
     * @param writePauseMillis of each, as Drover has measured it
     * @param millisToBaking of each, from its request
     * @param phases medians of Drover's phases
     */
    record Result(
            int asked,
            int finished,
            int peakAtOnce,
            double seconds,
            List<String> errors,
            List<Double> writePauseMillis,
            List<Double> millisToBaking,
            List<Move.Phase> phases) {}

    /** Makes all of them. */
    Result run() {
        long begin = System.nanoTime();
        Map<MoveId, Long> asked = new ConcurrentHashMap<>();
        List<String> errors = new ArrayList<>(atOnce(number -> {
            long start = System.nanoTime();
            Move made = rest.within(REQUEST_LIMIT)
                    .post(
                            "/v1/moves",
                            "{\"shard\":\"%s\",\"target\":\"%s\",\"bake\":\"1h\"}"
                                    .formatted(ControlShards.id(number), AgentsPart.node(2 * number + 1)))
                    .succeeded()
                    .as(Move.class);
            asked.put(made.id(), start);
            return made.id();
        }));
        Following following = new Following(asked);
        following.run(errors);
        return new Result(
                count,
                following.finished,
                following.peak,
                (System.nanoTime() - begin) / 1e9,
                List.copyOf(errors),
                following.pauses,
                following.toBaking,
                Waterfall.ofMedians(following.phases));
    }

    /** Looks at each until it has ended, and completes what bakes. */
    private final class Following {
        private final Map<MoveId, Long> open;
        private final List<Double> pauses = new ArrayList<>();
        private final List<Double> toBaking = new ArrayList<>();
        private final List<List<Move.Phase>> phases = new ArrayList<>();
        private final List<MoveId> baking = new ArrayList<>();
        private int finished;
        private int peak;

        Following(Map<MoveId, Long> asked) {
            this.open = new LinkedHashMap<>(asked);
        }

        void run(List<String> errors) {
            long end = System.nanoTime() + MOVE_LIMIT.toNanos();
            while (!open.isEmpty()) {
                if (System.nanoTime() - end > 0) {
                    open.keySet().forEach(id -> errors.add("move " + id + " has not ended within " + MOVE_LIMIT));
                    return;
                }
                int onTheirWay = 0;
                for (MoveId id : List.copyOf(open.keySet())) {
                    Move move = rest.within(REQUEST_LIMIT).move(id);
                    look(move, errors);
                    if (!move.state().isFinal() && move.state() != MoveState.BAKING) {
                        onTheirWay++;
                    }
                }
                peak = Math.max(peak, onTheirWay);
                Waiting.pause(LOOK_AGAIN);
            }
        }

        private void look(Move move, List<String> errors) {
            if (move.state() == MoveState.BAKING && !baking.contains(move.id())) {
                baking.add(move.id());
                toBaking.add((System.nanoTime() - open.getOrDefault(move.id(), 0L)) / 1e6);
                Optional.ofNullable(move.cutover()).ifPresent(cutover -> {
                    Optional.ofNullable(cutover.writePauseMillis()).ifPresent(pauses::add);
                    phases.add(cutover.phases());
                });
                rest.within(REQUEST_LIMIT).complete(move.id());
            } else if (move.state() == MoveState.COMPLETED) {
                finished++;
                open.remove(move.id());
            } else if (move.state().isFinal()) {
                Problem problem = move.error();
                errors.add("move " + move.id() + " of " + move.shard() + " ended in " + move.state() + ": "
                        + (problem == null ? "" : problem.detail()));
                open.remove(move.id());
            }
        }
    }

    /** Does something for each move's number, several at a time; answers what failed. */
    private List<String> atOnce(IntFunction<Object> task) {
        ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        CountDownLatch left = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            int number = i;
            callers.execute(() -> {
                try {
                    Object unused = task.apply(number);
                } catch (RuntimeException e) {
                    problems.add(ControlShards.id(number) + ": " + e.getMessage());
                } finally {
                    left.countDown();
                }
            });
        }
        callers.shutdown();
        try {
            if (!left.await(MOVE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                problems.add("not every request was answered within " + MOVE_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for answers", e);
        }
        return List.copyOf(problems);
    }
}
