/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.ShardId;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers load balancers' health checks: 200 when this node is what they look for, else 503. Needs no token. GET, HEAD and OPTIONS say
 * the same: a check that names no method is an OPTIONS (HAProxy), which would otherwise be answered with 200 on every node.
 */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
public final class HealthResource {
    private static final int UNAVAILABLE = 503;

    private final ShardHealth health;

    HealthResource(ShardHealth health) {
        this.health = health;
    }

    /** Whether this node takes the shard's writes. */
    @GET
    @Path("primary")
    public Response primary(@QueryParam("shard") @Nullable String shard) {
        return answer(health.takesWrites(AgentResource.parsed("shard", shard, ShardId::new)));
    }

    /** The same. */
    @OPTIONS
    @Path("primary")
    public Response primaryByOptions(@QueryParam("shard") @Nullable String shard) {
        return primary(shard);
    }

    /** Whether this node has a copy of the shard that streams. */
    @GET
    @Path("replica")
    public Response replica(@QueryParam("shard") @Nullable String shard) {
        return answer(health.takesReads(AgentResource.parsed("shard", shard, ShardId::new)));
    }

    /** The same. */
    @OPTIONS
    @Path("replica")
    public Response replicaByOptions(@QueryParam("shard") @Nullable String shard) {
        return replica(shard);
    }

    private static Response answer(boolean yes) {
        return Response.status(yes ? Response.Status.OK.getStatusCode() : UNAVAILABLE)
                .entity(Map.of("ok", yes))
                .build();
    }
}
