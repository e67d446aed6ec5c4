/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.Problem;
import io.drover.api.TopologyExport;
import io.drover.api.TopologyRebuild;
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
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import org.jspecify.annotations.Nullable;

/** The topology as a whole: kept outside of ZooKeeper, and made again when ZooKeeper has lost it. */
@Path("/v1/topology")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "topology")
@ApiResponse(
        responseCode = "default",
        description = "a problem (RFC 9457)",
        content = @Content(mediaType = ProblemMapper.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public final class TopologyResource {
    private final ShardService shards;
    private final Access access;

    TopologyResource(ShardService shards, Access access) {
        this.shards = shards;
        this.access = access;
    }

    @GET
    @Needs(Role.VIEWER)
    @Operation(operationId = "exportTopology", summary = "Every topology, to be kept outside of ZooKeeper")
    @ApiResponse(responseCode = "200", description = "found", useReturnTypeSchema = true)
    public TopologyExport export(@Parameter(hidden = true) @Context ContainerRequestContext call) {
        // half an export would be taken for a whole one when it is needed
        access.toEverything(call);
        return shards.exportTopology();
    }

    @POST
    @Path("/rebuild")
    @Needs(Role.ADMIN)
    @Operation(
            operationId = "rebuildTopology",
            summary = "Make the topology again from what the agents remember",
            description =
                    "Shows what would be written and what stands in the way; with write it is written, or refused.")
    @ApiResponse(responseCode = "200", description = "shown or written", useReturnTypeSchema = true)
    public TopologyRebuild.Plan rebuild(
            @RequestBody(required = true) TopologyRebuild.@Nullable Order body,
            @Parameter(hidden = true) @Context ContainerRequestContext call) {
        access.toEverything(call);
        TopologyRebuild.Order order = Bodies.required(body, "body");
        CallNotes.of(call).says("write", order.write());
        return Access.carriedOut(call, () -> shards.rebuildTopology(order));
    }
}
