/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.dropwizard.core.server.AbstractServerFactory;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.core.setup.Environment;
import io.drover.api.Json;
import io.drover.daemon.move.MoveService;
import io.drover.daemon.move.ShardService;
import java.time.Duration;
import java.util.List;

/** Puts the controller's REST interface together. */
public final class Rest {
    private Rest() {}

    /**
     * Adds everything to a Dropwizard environment.
     *
     * @param patience how long a request waits for a leader
     */
    public static EventStreams install(
            Environment environment,
            ServerFactory server,
            MoveService moves,
            ShardService shards,
            Leaders leaders,
            BearerToken token,
            Duration patience) {
        Json.strict(Json.configure(environment.getObjectMapper()));
        if (server instanceof AbstractServerFactory factory) {
            factory.setRegisterDefaultExceptionMappers(false);
            // answers are small, and compression would hold back the events of a stream
            factory.getGzipFilterFactory().setEnabled(false);
        }
        EventStreams streams = new EventStreams(leaders::leads);
        environment.lifecycle().manage(streams);
        for (Object component : List.of(
                new ProblemMapper(),
                new TokenFilter(token),
                new BodyLimitFilter(BodyLimitFilter.USUAL),
                new LeaderForwarding(leaders, streams, patience),
                new MovesResource(moves, streams),
                new ShardsResource(shards),
                new NodesResource(shards),
                new TopologyResource(shards),
                new OpenApiResource())) {
            environment.jersey().register(component);
        }
        return streams;
    }
}
