/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.api.Drill;
import io.drover.api.Move;
import io.drover.api.MovePlan;
import io.drover.api.MoveState;
import io.drover.api.Problem;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drill}: rehearses a cutover on real clients. */
@Command(
        name = "drill",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Rehearses the cutover of a shard on its real clients: everything that a move does up to the final sync, then a"
                    + " planned abort. Nothing is promoted, everything is undone.",
            "When a move of the shard to that node waits for its approval, its cutover is rehearsed and it waits on; else a"
                    + " copy is made for the drill and deleted afterwards."
        })
final class DrillCommand extends ChangingCommand {
    @Mixin
    private RequestOptions request = new RequestOptions();

    @Option(names = "--no-wait", description = "do not wait for the end of the drill")
    private boolean noWait;

    @Option(names = "--dry-run", description = "only show the plan and what the checks say")
    private boolean dryRun;

    @Override
    public Integer call() {
        RestClient controller = controller();
        ObjectNode body = request.body(dryRun).put("drill", true);
        if (dryRun) {
            JsonNode answer = controller.call("POST", "/v1/moves", body, Map.of());
            return MoveCommand.print(this, answer, RestClient.as(answer, MovePlan.class));
        }
        Optional<Move> waiting = waiting(controller, body);
        JsonNode answer = waiting.isPresent()
                ? order(controller, waiting.orElseThrow().id().value(), "drill", null)
                : controller.call(
                        "POST",
                        "/v1/moves",
                        body,
                        Map.of("Idempotency-Key", UUID.randomUUID().toString()));
        if (noWait) {
            print(answer);
            return ExitCode.DONE;
        }
        Move move = RestClient.as(answer, Move.class);
        try (Progress progress = new Progress(err())) {
            MoveWait wait = new MoveWait(controller, move.id(), progress, request.awaitsApproval());
            return report(waiting.isPresent() ? wait.after(move).untilDrilled() : wait.until(Set.of()));
        }
    }

    /** A move of the shard to the node that waits for its approval. */
    private static Optional<Move> waiting(RestClient controller, ObjectNode body) {
        JsonNode ready = controller.get(
                "/v1/moves?state=READY&shard=" + body.path("shard").asText());
        for (JsonNode candidate : ready.path("moves")) {
            Move move = RestClient.as(candidate, Move.class);
            if (move.state() == MoveState.READY && candidate.path("target").equals(body.path("target"))) {
                return Optional.of(move);
            }
        }
        return Optional.empty();
    }

    /** A drill that came to its end is a success, although its move ends as an aborted one does. */
    private int report(JsonNode end) {
        Move move = RestClient.as(end, Move.class);
        print(end);
        Drill drill = move.drill();
        if (drill != null && !json()) {
            out().println(DrillText.of(drill));
        }
        Problem error = move.error() != null ? move.error() : drill == null ? null : drill.error();
        if (error != null) {
            err().println("drover: " + Texts.problem(error));
        }
        if (move.state() == MoveState.NEEDS_OPERATOR) {
            return ExitCode.NEEDS_OPERATOR;
        }
        return drill != null && error == null ? ExitCode.DONE : ExitCode.FAILED;
    }
}
