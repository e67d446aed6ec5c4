/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.NodeId;
import io.drover.api.Problem;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.daemon.access.Role;
import io.drover.daemon.move.ShardService;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Shards: who serves them, adopt, purge. */
@Path("/v1/shards")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "shards")
@ApiResponse(
        responseCode = "default",
        description = "a problem (RFC 9457)",
        content = @Content(mediaType = ProblemMapper.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public final class ShardsResource {
    private final ShardService shards;
    private final Access access;

    ShardsResource(ShardService shards, Access access) {
        this.shards = shards;
        this.access = access;
    }

    /** The answer to a list. */
    public record ShardList(List<ShardTopology> shards) {}

    /** Where to purge. */
    public record PurgeRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            NodeId node) {}

    /** The directories that were deleted. */
    public record Purged(List<String> directories) {}

    @GET
    @Needs(Role.VIEWER)
    @Operation(operationId = "listShards", summary = "The topology of every shard that the caller may see")
    @ApiResponse(responseCode = "200", description = "found", useReturnTypeSchema = true)
    public ShardList list(@Parameter(hidden = true) @Context ContainerRequestContext call) {
        Predicate<ShardId> visible = Access.visible(call);
        return new ShardList(shards.shards().stream()
                .filter(topology -> visible.test(topology.shard()))
                .toList());
    }

    @GET
    @Path("/{id}")
    @Needs(Role.VIEWER)
    @Operation(operationId = "getShard", summary = "The topology of one shard")
    @ApiResponse(responseCode = "200", description = "found", useReturnTypeSchema = true)
    public ShardTopology get(
            @PathParam("id") ShardId id, @Parameter(hidden = true) @Context ContainerRequestContext call) {
        access.toShard(call, id);
        return shards.shard(id);
    }

    @PUT
    @Path("/{id}")
    @Needs(Role.ADMIN)
    @Operation(operationId = "adoptShard", summary = "Adopt a running instance, or with initialize make one")
    @ApiResponse(
            responseCode = "201",
            description = "published at epoch 1",
            content = @Content(schema = @Schema(implementation = ShardTopology.class)))
    public Response adopt(
            @PathParam("id") ShardId id,
            @Nullable @RequestBody(required = true) ShardAdoption body,
            @Parameter(hidden = true) @Context ContainerRequestContext call,
            @Parameter(hidden = true) @Context UriInfo uri) {
        access.toShard(call, id);
        ShardAdoption adoption = Bodies.checked(body);
        CallNotes notes = CallNotes.of(call);
        notes.says("node", adoption.node());
        notes.says("dataDir", adoption.dataDir());
        notes.says("port", adoption.port());
        notes.says("database", adoption.database());
        ShardTopology adopted = shards.adopt(id, adoption, access.toAll(call));
        return Response.created(uri.getAbsolutePath()).entity(adopted).build();
    }

    @POST
    @Path("/{id}/purge")
    @Needs(Role.ADMIN)
    @Operation(
            operationId = "purgeShard",
            summary = "Delete the copies of the shard's instance that moves have set aside on a node",
            description = "Deletes only what is proven to be a copy of this instance and is not in use.")
    @ApiResponse(responseCode = "200", description = "the directories are gone", useReturnTypeSchema = true)
    public Purged purge(
            @PathParam("id") ShardId id,
            @Nullable @RequestBody(required = true) PurgeRequest body,
            @Parameter(hidden = true) @Context ContainerRequestContext call) {
        access.toInstanceOf(call, id);
        NodeId node = Bodies.required(Bodies.required(body, "body").node(), "node");
        CallNotes.of(call).says("node", node);
        return new Purged(Access.carriedOut(call, () -> shards.purge(id, node)));
    }
}
