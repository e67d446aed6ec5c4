/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.NodeInfo;
import io.drover.api.Problem;
import io.drover.daemon.move.ShardService;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

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

    public NodesResource(ShardService shards) {
        this.shards = shards;
    }

    /** The answer to a list. */
    public record NodeList(List<NodeInfo> nodes) {}

    @GET
    @Operation(operationId = "listNodes", summary = "Every node that has registered, its instances and its disk")
    @ApiResponse(responseCode = "200", description = "found", useReturnTypeSchema = true)
    public NodeList list() {
        return new NodeList(shards.nodes());
    }
}
