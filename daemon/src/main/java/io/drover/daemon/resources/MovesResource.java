/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MovePlan;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.api.Problem;
import io.drover.api.ShardId;
import io.drover.daemon.access.Role;
import io.drover.daemon.move.MoveService;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.function.Predicate;
import org.glassfish.jersey.server.ChunkedOutput;
import org.jspecify.annotations.Nullable;

/** Moves: start, list, watch, steer. */
@Path("/v1/moves")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "moves")
@ApiResponse(
        responseCode = "default",
        description = "a problem (RFC 9457)",
        content = @Content(mediaType = ProblemMapper.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public final class MovesResource {
    private static final String ACCEPTED = "accepted, also when it was before";
    private static final String STATE_FORBIDS = "the state does not allow it; the detail says why";

    private final MoveService moves;
    private final EventStreams streams;
    private final Access access;

    MovesResource(MoveService moves, EventStreams streams, Access access) {
        this.moves = moves;
        this.streams = streams;
        this.access = access;
    }

    /** The answer to a list. */
    public record MoveList(List<Move> moves) {}

    /**
     * What {@code complete} may say.
     *
     * @param endBake complete also while the bake runs
     * @param waive P41-standbys: complete although the shard would have fewer standbys than before
     */
    public record Completion(
            @Nullable Boolean endBake, @Nullable List<MoveRequest.Waiver> waive) {
        List<MoveRequest.Waiver> waivers() {
            return waive == null ? List.of() : waive;
        }
    }

    /**
     * What {@code rollback} may say.
     *
     * @param waive P41-standbys: go back although standbys that do not stream are left behind
     */
    public record WayBack(@Nullable List<MoveRequest.Waiver> waive) {}

    @POST
    @Needs(Role.OPERATOR)
    @Operation(operationId = "createMove", summary = "Start a move, or with dryRun only plan and check it")
    @ApiResponse(
            responseCode = "201",
            description = "started; Location names it",
            content = @Content(schema = @Schema(implementation = Move.class)))
    @ApiResponse(
            responseCode = "200",
            description = "dry run: the plan and what the checks say; nothing has changed",
            content = @Content(schema = @Schema(implementation = MovePlan.class)))
    @ApiResponse(
            responseCode = "422",
            description = "refused, by the preflight too; preflight holds the checks",
            content = @Content(mediaType = ProblemMapper.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Response create(
            @Nullable @RequestBody(required = true) MoveRequest body,
            @Parameter(description = "the same key with the same body returns the same move for 24 hours")
                    @HeaderParam("Idempotency-Key")
                    @Nullable
                    String key,
            @Parameter(hidden = true) @Context ContainerRequestContext call,
            @Parameter(hidden = true) @Context UriInfo uri) {
        MoveRequest request = Bodies.checked(body);
        note(CallNotes.of(call), request);
        access.toInstanceOf(call, request.shard());
        if (Boolean.TRUE.equals(request.dryRun())) {
            return Response.ok(Access.carriedOut(call, () -> moves.plan(request)))
                    .build();
        }
        access.requireToWait(request);
        Move move = access.starting(
                call, request, () -> moves.create(request, Access.keyOf(call, key), Access.starter(call)));
        return Response.created(uri.getBaseUriBuilder()
                        .path(MovesResource.class)
                        .path(move.id().value())
                        .build())
                .entity(move)
                .build();
    }

    private static void note(CallNotes notes, MoveRequest request) {
        notes.says("shard", request.shard());
        notes.says("target", request.target());
        notes.says("cutover", request.cutover());
        notes.says("drill", request.drill());
        notes.says("dryRun", request.dryRun());
        notes.says("blockers", request.blockers());
        noteWaivers(notes, request.waive());
    }

    private static void noteWaivers(CallNotes notes, List<MoveRequest.Waiver> waive) {
        notes.says("waive", waive.isEmpty() ? null : waive);
    }

    @GET
    @Needs(Role.VIEWER)
    @Operation(operationId = "listMoves", summary = "Moves, newest first; those of shards that the caller may see")
    @ApiResponse(responseCode = "200", description = "found", useReturnTypeSchema = true)
    public MoveList list(
            @QueryParam("shard") @Schema(type = "string") @Nullable String shard,
            @QueryParam("state") @Schema(implementation = MoveState.class) @Nullable String state,
            @Parameter(hidden = true) @Context ContainerRequestContext call) {
        Predicate<ShardId> visible = Access.visible(call);
        return new MoveList(
                moves
                        .list(
                                Bodies.query(shard, "shard", ShardId::new),
                                Bodies.query(state, "state", MoveState::valueOf))
                        .stream()
                        .filter(move -> move.shards().stream().anyMatch(visible))
                        .toList());
    }

    @GET
    @Path("/{id}")
    @Needs(Role.VIEWER)
    @Operation(operationId = "getMove", summary = "One move")
    @ApiResponse(responseCode = "200", description = "found", useReturnTypeSchema = true)
    public Move get(@PathParam("id") MoveId id, @Parameter(hidden = true) @Context ContainerRequestContext call) {
        access.toMove(call, id);
        return moves.get(id);
    }

    @GET
    @Path("/{id}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Needs(Role.VIEWER)
    @Operation(
            operationId = "watchMove",
            summary = "Server-sent events state, step, progress, lag, end",
            description = "data is the changed members plus at; id is the stored history number")
    @ApiResponse(
            responseCode = "200",
            description = "the stream; it ends after the event end",
            content = @Content(mediaType = MediaType.SERVER_SENT_EVENTS, schema = @Schema(type = "string")))
    public ChunkedOutput<byte[]> events(
            @PathParam("id") MoveId id,
            @Parameter(description = "resumes after this history number")
                    @HeaderParam("Last-Event-ID")
                    @Schema(type = "integer", format = "int64")
                    @Nullable
                    String lastEventId,
            @Parameter(hidden = true) @Context ContainerRequestContext call) {
        access.toMove(call, id);
        long last = Bodies.query(lastEventId, "Last-Event-ID", Long::valueOf).orElse(0L);
        return streams.open(moves, id, last);
    }

    @POST
    @Path("/{id}/approve")
    @Needs(Role.APPROVER)
    @Operation(operationId = "approveMove", summary = "Let the cutover begin; only in READY")
    @ApiResponse(
            responseCode = "202",
            description = ACCEPTED,
            content = @Content(schema = @Schema(implementation = Move.class)))
    @ApiResponse(responseCode = "409", description = STATE_FORBIDS)
    public Response approve(
            @PathParam("id") MoveId id, @Parameter(hidden = true) @Context ContainerRequestContext call) {
        access.toMove(call, id);
        access.requireSecondPerson(call, id);
        return accepted(access.fencing(call, id, () -> moves.approve(id)));
    }

    @POST
    @Path("/{id}/drill")
    @Needs(Role.OPERATOR)
    @Operation(
            operationId = "drillMove",
            summary = "Rehearse the cutover of a move that waits for its approval; it waits again afterwards")
    @ApiResponse(
            responseCode = "202",
            description = ACCEPTED,
            content = @Content(schema = @Schema(implementation = Move.class)))
    @ApiResponse(responseCode = "409", description = STATE_FORBIDS)
    public Response drill(@PathParam("id") MoveId id, @Parameter(hidden = true) @Context ContainerRequestContext call) {
        access.toMove(call, id);
        return accepted(access.fencing(call, id, () -> moves.drill(id)));
    }

    @POST
    @Path("/{id}/abort")
    @Needs(Role.OPERATOR)
    @Operation(operationId = "abortMove", summary = "Give the move up and undo it; only before step 130")
    @ApiResponse(
            responseCode = "202",
            description = ACCEPTED,
            content = @Content(schema = @Schema(implementation = Move.class)))
    @ApiResponse(responseCode = "409", description = STATE_FORBIDS)
    public Response abort(@PathParam("id") MoveId id, @Parameter(hidden = true) @Context ContainerRequestContext call) {
        access.toMove(call, id);
        return accepted(Access.carriedOut(call, () -> moves.abort(id)));
    }

    @POST
    @Path("/{id}/rollback")
    @Needs(Role.OPERATOR)
    @Operation(operationId = "rollBackMove", summary = "Go back to the source; only in BAKING with a ready way back")
    @ApiResponse(
            responseCode = "202",
            description = ACCEPTED,
            content = @Content(schema = @Schema(implementation = Move.class)))
    @ApiResponse(responseCode = "409", description = STATE_FORBIDS)
    public Response rollback(
            @PathParam("id") MoveId id,
            @Nullable WayBack body,
            @Parameter(hidden = true) @Context ContainerRequestContext call) {
        List<MoveRequest.Waiver> asked = body == null ? null : body.waive();
        List<MoveRequest.Waiver> waive = asked == null ? List.of() : asked;
        noteWaivers(CallNotes.of(call), waive);
        access.toMove(call, id);
        return accepted(access.fencing(call, id, () -> moves.rollback(id, waive)));
    }

    @POST
    @Path("/{id}/complete")
    @Needs(Role.OPERATOR)
    @Operation(operationId = "completeMove", summary = "Close the way back; before the bake is over only with endBake")
    @ApiResponse(
            responseCode = "202",
            description = ACCEPTED,
            content = @Content(schema = @Schema(implementation = Move.class)))
    @ApiResponse(responseCode = "409", description = STATE_FORBIDS)
    public Response complete(
            @PathParam("id") MoveId id,
            @Nullable Completion body,
            @Parameter(hidden = true) @Context ContainerRequestContext call) {
        Completion asked = body == null ? new Completion(null, null) : body;
        CallNotes.of(call).says("endBake", asked.endBake());
        noteWaivers(CallNotes.of(call), asked.waivers());
        access.toMove(call, id);
        return accepted(Access.carriedOut(
                call, () -> moves.complete(id, Boolean.TRUE.equals(asked.endBake()), asked.waivers())));
    }

    @POST
    @Path("/{id}/pause")
    @Needs(Role.OPERATOR)
    @Operation(operationId = "pauseMove", summary = "Start no further step; only up to step 70")
    @ApiResponse(
            responseCode = "202",
            description = ACCEPTED,
            content = @Content(schema = @Schema(implementation = Move.class)))
    @ApiResponse(responseCode = "409", description = STATE_FORBIDS)
    public Response pause(@PathParam("id") MoveId id, @Parameter(hidden = true) @Context ContainerRequestContext call) {
        access.toMove(call, id);
        return accepted(Access.carriedOut(call, () -> moves.pause(id)));
    }

    @POST
    @Path("/{id}/resume")
    @Needs(Role.OPERATOR)
    @Operation(operationId = "resumeMove", summary = "Go on after a pause, or after a person has acted")
    @ApiResponse(
            responseCode = "202",
            description = ACCEPTED,
            content = @Content(schema = @Schema(implementation = Move.class)))
    @ApiResponse(responseCode = "409", description = STATE_FORBIDS)
    public Response resume(
            @PathParam("id") MoveId id, @Parameter(hidden = true) @Context ContainerRequestContext call) {
        access.toMove(call, id);
        return accepted(Access.carriedOut(call, () -> moves.resume(id)));
    }

    private static Response accepted(Move move) {
        return Response.accepted(move).build();
    }
}
