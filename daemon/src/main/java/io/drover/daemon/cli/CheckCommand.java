/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.MovePlan;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code check}: what the preflight says about a move, without moving. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Runs the checks of a move and changes nothing.")
final class CheckCommand extends ClientCommand {
    @Mixin
    private RequestOptions request = new RequestOptions();

    @Override
    public Integer call() {
        JsonNode answer = controller().call("POST", "/v1/moves", request.body(true), Map.of());
        MovePlan plan = RestClient.as(answer, MovePlan.class);
        if (json()) {
            printJson(answer.path("preflight"));
        } else {
            out().println(Texts.checks(plan.preflight()));
        }
        return plan.preflight().ok() ? ExitCode.DONE : ExitCode.REFUSED;
    }
}
