/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.NodeId;
import io.drover.api.NodeInfo;
import io.drover.api.Problem;
import io.drover.api.ShardId;
import io.drover.daemon.access.Role;
import io.drover.daemon.move.ShardService;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.function.Predicate;

/** Nodes and the instances on them. */
@Path("/v1/nodes")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "nodes")
@ApiResponse(
        responseCode = "default",
        description = "a problem (RFC 9457)",
        content = @Content(mediaType = ProblemMapper.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public final class NodesResource {
    private final ShardService shards;
    private final Access access;

    NodesResource(ShardService shards, Access access) {
        this.shards = shards;
        this.access = access;
    }

    /** The answer to a list. */
    public record NodeList(List<NodeInfo> nodes) {}

    /** The node that is no longer known. */
    public record Forgotten(NodeId node) {}

    @GET
    @Needs(Role.VIEWER)
    @Operation(
            operationId = "listNodes",
            summary =
                    "Every node that has registered, its disk, and its instances with a shard that the caller may see")
    @ApiResponse(responseCode = "200", description = "found", useReturnTypeSchema = true)
    public NodeList list(@Parameter(hidden = true) @Context ContainerRequestContext call) {
        Predicate<ShardId> visible = Access.visible(call);
        return new NodeList(
                shards.nodes().stream().map(node -> withVisible(node, visible)).toList());
    }

    @DELETE
    @Path("/{id}")
    @Needs(Role.ADMIN)
    @Operation(
            operationId = "forgetNode",
            summary = "Forget a node that is gone for good",
            description =
                    "Takes its record out of ZooKeeper. Refused while its agent is connected, and while a shard or a move"
                            + " needs the node. Touches nothing on the machine.")
    @ApiResponse(responseCode = "200", description = "the node is no longer known", useReturnTypeSchema = true)
    public Forgotten forget(
            @PathParam("id") NodeId id, @Parameter(hidden = true) @Context ContainerRequestContext call) {
        access.toEverything(call);
        CallNotes.of(call).says("node", id);
        Access.carriedOut(call, () -> {
            shards.forget(id);
            return id;
        });
        return new Forgotten(id);
    }

    /** A node belongs to everybody who may move something to it; what lies there does not. */
    private static NodeInfo withVisible(NodeInfo node, Predicate<ShardId> visible) {
        return new NodeInfo(
                node.id(),
                node.host(),
                node.agent(),
                node.alive(),
                node.instances().stream()
                        // one without a shard is what is left of one, and everybody's business
                        .filter(instance -> instance.shards().isEmpty()
                                || instance.shards().stream().anyMatch(visible))
                        .toList(),
                node.disk());
    }
}
