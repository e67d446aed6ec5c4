/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.ShardId;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers load balancers' health checks: 200 when this node is what they look for, else 503. Needs no token. */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
public final class HealthResource {
    private static final int UNAVAILABLE = 503;

    private final Observation observation;

    HealthResource(Observation observation) {
        this.observation = observation;
    }

    /** Whether this node takes the shard's writes. */
    @GET
    @Path("primary")
    public Response primary(@QueryParam("shard") @Nullable String shard) {
        return answer(observation.takesWrites(AgentResource.parsed("shard", shard, ShardId::new)));
    }

    /** Whether this node has a copy of the shard that streams. */
    @GET
    @Path("replica")
    public Response replica(@QueryParam("shard") @Nullable String shard) {
        return answer(observation.takesReads(AgentResource.parsed("shard", shard, ShardId::new)));
    }

    private static Response answer(boolean yes) {
        return Response.status(yes ? Response.Status.OK.getStatusCode() : UNAVAILABLE)
                .entity(Map.of("ok", yes))
                .build();
    }
}
