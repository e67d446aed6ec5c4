/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.ShardId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands that show moves and give them orders. */
final class MoveCommands {
    private MoveCommands() {}

    @Command(name = "moves", mixinStandardHelpOptions = true, description = "Lists moves, newest first.")
    static final class ListMoves extends ClientCommand {
        @Option(names = "--shard", paramLabel = "SHARD", description = "only moves of this shard")
        private @Nullable ShardId shard;

        @Option(names = "--state", paramLabel = "STATE", description = "only moves in this state, such as BAKING")
        private @Nullable MoveState state;

        @Override
        public Integer call() {
            List<String> query = new ArrayList<>();
            add(query, "shard", shard);
            add(query, "state", state);
            JsonNode answer = controller().get("/v1/moves" + (query.isEmpty() ? "" : "?" + String.join("&", query)));
            if (json()) {
                printJson(answer);
            } else {
                out().println(Texts.moves(
                        StreamSupport.stream(answer.path("moves").spliterator(), false)
                                .map(move -> RestClient.as(move, Move.class))
                                .toList()));
            }
            return ExitCode.DONE;
        }

        private static void add(List<String> query, String name, @Nullable Object value) {
            if (value != null) {
                query.add(name + "=" + URLEncoder.encode(value.toString(), StandardCharsets.UTF_8));
            }
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows a move: state, progress, pause, history.")
    static final class Show extends ClientCommand {
        @Parameters(paramLabel = "ID", description = "the move, by its id or the beginning of it")
        private String id = "";

        @Override
        public Integer call() {
            RestClient controller = controller();
            JsonNode answer = controller.get("/v1/moves/" + fullId(controller, id));
            if (json()) {
                printJson(answer);
                return ExitCode.DONE;
            }
            out().println(Texts.move(RestClient.as(answer, Move.class)));
            return ExitCode.DONE;
        }
    }

    /** An order that a move carries out later; with {@code --wait} it is followed until then. */
    abstract static class Order extends ChangingCommand {
        private final String verb;

        @Parameters(paramLabel = "ID", description = "the move, by its id or the beginning of it")
        private String id = "";

        Order(String verb) {
            this.verb = verb;
        }

        @Override
        public Integer call() {
            RestClient controller = controller();
            JsonNode answer = order(controller, fullId(controller, id), verb, body());
            Move move = RestClient.as(answer, Move.class);
            if (!waits()) {
                print(answer);
                // an order that changes nothing is accepted: what follows from it must not be guessed
                if (!json() && move.waitingFor() != null) {
                    out().println("waits for " + move.waitingFor());
                }
                return ExitCode.DONE;
            }
            try (Progress progress = new Progress(err())) {
                JsonNode end = new MoveWait(controller, move.id(), progress, false)
                        .after(move)
                        .until(ends());
                return MoveWait.report(this, end, goal());
            }
        }

        @Nullable
        Object body() {
            return null;
        }

        boolean waits() {
            return false;
        }

        /** The states in which the order has succeeded. */
        Set<MoveState> goal() {
            return Set.of();
        }

        /** The states besides the final ones in which nothing more comes of the order. */
        Set<MoveState> ends() {
            return Set.of();
        }
    }

    /** An order that has an end to wait for. */
    abstract static class LongOrder extends Order {
        private final MoveState goal;

        @Option(names = "--wait", description = "show progress until the order is carried out or given up")
        private boolean wait;

        LongOrder(String verb, MoveState goal) {
            super(verb);
            this.goal = goal;
        }

        @Override
        final boolean waits() {
            return wait;
        }

        @Override
        final Set<MoveState> goal() {
            return Set.of(goal);
        }
    }

    /** A long order that a person may give although the shard will have fewer standbys. */
    abstract static class WaivingOrder extends LongOrder {
        @Option(
                names = "--waive",
                paramLabel = "CHECK=REASON",
                description = "P41-standbys: although the shard would have fewer standbys than before")
        private Map<String, String> waive = new LinkedHashMap<>();

        WaivingOrder(String verb, MoveState goal) {
            super(verb, goal);
        }

        @Override
        final @Nullable Object body() {
            Map<String, Object> body = new LinkedHashMap<>(more());
            if (!waive.isEmpty()) {
                body.put(
                        "waive",
                        waive.entrySet().stream()
                                .map(each -> Map.of("check", each.getKey(), "reason", each.getValue()))
                                .toList());
            }
            return body.isEmpty() ? null : body;
        }

        Map<String, Object> more() {
            return Map.of();
        }
    }

    @Command(name = "approve", mixinStandardHelpOptions = true, description = "Lets a cutover begin; only in READY.")
    static final class Approve extends Order {
        Approve() {
            super("approve");
        }
    }

    @Command(
            name = "abort",
            mixinStandardHelpOptions = true,
            description = "Gives a move up and undoes it; only before the point of no return.")
    static final class Abort extends LongOrder {
        Abort() {
            super("abort", MoveState.ABORTED);
        }

        /** Where an aborted rollback leads. */
        @Override
        Set<MoveState> ends() {
            return Set.of(MoveState.BAKING);
        }
    }

    @Command(
            name = "rollback",
            mixinStandardHelpOptions = true,
            description = "Moves back to the source; only in BAKING with a ready way back.")
    static final class Rollback extends WaivingOrder {
        Rollback() {
            super("rollback", MoveState.ROLLED_BACK);
        }

        /** Where a rollback leads that failed before its point of no return. */
        @Override
        Set<MoveState> ends() {
            return Set.of(MoveState.BAKING);
        }
    }

    @Command(name = "complete", mixinStandardHelpOptions = true, description = "Closes the way back and ends a move.")
    static final class Complete extends WaivingOrder {
        @Option(names = "--end-bake", description = "also while the bake runs")
        private boolean endBake;

        Complete() {
            super("complete", MoveState.COMPLETED);
        }

        @Override
        Map<String, Object> more() {
            return endBake ? Map.of("endBake", true) : Map.of();
        }
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Starts no further step; only up to step 70.")
    static final class Pause extends Order {
        Pause() {
            super("pause");
        }
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Lets a move go on.")
    static final class Resume extends Order {
        Resume() {
            super("resume");
        }
    }
}
