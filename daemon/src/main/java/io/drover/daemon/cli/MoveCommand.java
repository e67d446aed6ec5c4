/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Move;
import io.drover.api.MovePlan;
import io.drover.api.MoveState;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code move}: starts a move. */
@Command(
        name = "move",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Moves a shard to another node. Spans of time: a number and ms, s, m, h, d.")
final class MoveCommand extends ChangingCommand {
    @Mixin
    private RequestOptions request = new RequestOptions();

    @Option(names = "--wait", description = "show progress until the move bakes or has ended")
    private boolean wait;

    @Option(names = "--dry-run", description = "only show the plan and what the checks say")
    private boolean dryRun;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "the same key with the same options returns the same move for 24 hours; default: a new one")
    private @Nullable String key;

    @Override
    public Integer call() {
        RestClient controller = controller();
        if (dryRun) {
            return plan(controller);
        }
        String sent = key == null ? UUID.randomUUID().toString() : key;
        JsonNode answer = controller.call("POST", "/v1/moves", request.body(false), Map.of("Idempotency-Key", sent));
        if (!wait) {
            print(answer);
            return ExitCode.DONE;
        }
        Move move = RestClient.as(answer, Move.class);
        try (Progress progress = new Progress(err())) {
            MoveWait waiting = new MoveWait(controller, move.id(), progress, request.awaitsApproval());
            JsonNode end = waiting.until(Set.of(MoveState.BAKING));
            return MoveWait.report(this, end, Set.of(MoveState.BAKING, MoveState.COMPLETED));
        }
    }

    private int plan(RestClient controller) {
        JsonNode answer = controller.call("POST", "/v1/moves", request.body(true), Map.of());
        return print(this, answer, RestClient.as(answer, MovePlan.class));
    }

    /** Prints a dry run. */
    static int print(ClientCommand command, JsonNode answer, MovePlan plan) {
        if (command.json()) {
            command.printJson(answer);
        } else {
            Table steps = new Table("STEP", "NAME", "DOES");
            plan.plan().forEach(step -> steps.row(step.step(), step.name(), step.does()));
            command.out().println(steps);
            command.out().println();
            command.out().println(Texts.checks(plan.preflight()));
        }
        return plan.preflight().ok() ? ExitCode.DONE : ExitCode.REFUSED;
    }
}
