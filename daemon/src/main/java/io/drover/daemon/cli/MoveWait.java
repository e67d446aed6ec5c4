/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.Problem;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Follows a move by its events, through changes of the leader, until it has come where the caller wants it or has ended. */
final class MoveWait {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration RETRY = Duration.ofMillis(500);

    private final RestClient controller;
    private final MoveId id;
    private final Progress progress;
    private final boolean awaitsApproval;

    private long lastEvent;
    private @Nullable MoveState state;
    private boolean drilling;

    MoveWait(RestClient controller, MoveId id, Progress progress, boolean awaitsApproval) {
        this.controller = controller;
        this.id = id;
        this.progress = progress;
        this.awaitsApproval = awaitsApproval;
    }

    /** Leaves out what has happened before. */
    MoveWait after(Move move) {
        int lines = move.history().size();
        lastEvent = lines == 0 ? 0 : move.history().get(lines - 1).number();
        return this;
    }

    /** Waits until a drill that was ordered has been undone; returns the move as it then is. */
    JsonNode untilDrilled() {
        drilling = true;
        return until(Set.of());
    }

    /** Waits; returns the move as it then is. */
    JsonNode until(Set<MoveState> goals) {
        WaitReport report = WaitReport.start(controller, id, progress);
        try {
            return follow(goals);
        } finally {
            report.close();
        }
    }

    private JsonNode follow(Set<MoveState> goals) {
        long silentSince = System.nanoTime();
        while (true) {
            try {
                JsonNode now = controller.get("/v1/moves/" + id);
                silentSince = System.nanoTime();
                Move move = RestClient.as(now, Move.class);
                if (isOver(move.state(), goals) || isDrilled(move)) {
                    return now;
                }
                controller.events(
                        "/v1/moves/" + id + "/events",
                        lastEvent,
                        (name, number, data) -> seen(name, number, data, goals));
            } catch (DroverException e) {
                if (!e.code().retryable() || System.nanoTime() - silentSince > PATIENCE.toNanos()) {
                    throw e;
                }
                progress.say("waiting for a controller: " + e.getMessage());
            }
            // the stream has ended: a new leader, or the goal
            Waiting.between(RETRY);
        }
    }

    /** The record of a drill is removed when one is ordered, and is there once its end has come. */
    private boolean isDrilled(Move move) {
        return drilling && move.state() == MoveState.READY && move.drill() != null;
    }

    private static boolean isOver(MoveState state, Set<MoveState> goals) {
        return state.isFinal() || goals.contains(state);
    }

    private boolean seen(String name, long number, JsonNode data, Set<MoveState> goals) {
        lastEvent = Math.max(lastEvent, number);
        switch (name) {
            case "progress" -> progress.copied(RestClient.as(data.path("progress"), Move.Progress.class));
            case "lag" -> progress.lag(RestClient.as(data.path("lag"), Move.Lag.class));
            case "state", "step", "end" -> {
                if (data.hasNonNull("state")) {
                    entered(RestClient.as(data.path("state"), MoveState.class));
                }
                if (!name.equals("end")) {
                    progress.step(
                            data.at("/step/number").asInt(), data.path("event").asText());
                }
            }
            default -> progress.ignore();
        }
        MoveState now = state;
        // a drill has left READY before it comes there again
        boolean again = drilling && now == MoveState.READY && name.equals("state");
        return !name.equals("end") && !again && (now == null || !isOver(now, goals));
    }

    private void entered(MoveState now) {
        if (now == state) {
            return;
        }
        state = now;
        progress.state(now);
        if (now == MoveState.READY && awaitsApproval) {
            progress.say("waits for an approval; give it with: bin/drover approve " + id);
        }
    }

    /** Prints how it ended and says it as an exit code. */
    static int report(ClientCommand command, JsonNode end, Set<MoveState> good) {
        Move move = RestClient.as(end, Move.class);
        command.print(end);
        Move.Rollback rollback = move.rollback();
        Move.Cutover back = rollback == null ? null : rollback.cutover();
        Move.Cutover cutover = back == null ? move.cutover() : back;
        if (cutover != null && !command.json()) {
            command.out().println(Texts.waterfall(back == null ? "cutover" : "rollback", cutover, move));
        }
        if (good.contains(move.state())) {
            return ExitCode.DONE;
        }
        Problem error = move.error();
        if (error != null) {
            command.err().println("drover: " + Texts.problem(error));
        }
        boolean operator = move.state() == MoveState.NEEDS_OPERATOR
                || (error != null && error.code().equals(ErrorCode.OPERATOR_NEEDED.name()));
        return operator ? ExitCode.NEEDS_OPERATOR : ExitCode.FAILED;
    }
}
