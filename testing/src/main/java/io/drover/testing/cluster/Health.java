/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.api.NodeInfo;
import java.io.UncheckedIOException;
import java.util.List;

/** Asks whether every part of the cluster answers. */
final class Health {
    private final DroverRest rest;
    private final ClusterLayout layout;
    private String lastProblem = "";

    Health(DroverRest rest, ClusterLayout layout) {
        this.rest = rest;
        this.layout = layout;
    }

    /** Why it was not healthy when last asked. */
    String lastProblem() {
        return lastProblem;
    }

    boolean isHealthy() {
        for (ClusterController controller : layout.controllers()) {
            try {
                DroverRest one = rest.at(controller.rest());
                DroverRest.Answer moves = one.get("/v1/moves");
                if (moves.status() != 200) {
                    return problem(controller.id() + " says " + moves.status() + " " + moves.body());
                }
                List<NodeInfo> alive =
                        one.nodes().stream().filter(NodeInfo::alive).toList();
                if (alive.size() != layout.nodes().size()) {
                    return problem(alive.size() + " of " + layout.nodes().size() + " agents are alive");
                }
            } catch (UncheckedIOException | IllegalStateException e) {
                return problem(controller.id() + ": " + e.getMessage());
            }
        }
        return agentsAnswer();
    }

    /** The znode of an agent that was killed is there until its session ends. */
    private boolean agentsAnswer() {
        for (ClusterNode node : layout.nodes()) {
            try {
                rest.at(node.admin()).get("/healthcheck");
            } catch (UncheckedIOException e) {
                return problem("the agent of " + node.id() + ": " + e.getMessage());
            }
        }
        return true;
    }

    private boolean problem(String text) {
        lastProblem = text;
        return false;
    }
}
