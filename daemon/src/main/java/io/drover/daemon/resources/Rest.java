/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.dropwizard.core.server.AbstractServerFactory;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.core.setup.Environment;
import io.drover.api.Json;
import io.drover.daemon.access.BearerToken;
import io.drover.daemon.access.Callers;
import io.drover.daemon.audit.AuditLog;
import io.drover.daemon.audit.AuditTrail;
import io.drover.daemon.move.MoveService;
import io.drover.daemon.move.ShardService;
import io.drover.daemon.tls.PeerClients;
import jakarta.servlet.DispatcherType;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;

/** Puts the controller's REST interface together. */
public final class Rest {
    private Rest() {}

    /**
     * Who may call, and what is recorded of it.
     *
     * @param secondPerson whether the approval of a cutover has to come from another person than the move
     * @param fences how often one shard may be fenced
     */
    public record Protection(Callers callers, AuditLog audit, boolean secondPerson, FenceLimit fences) {
        /** One caller who may do everything, and nothing recorded. */
        public static Protection by(BearerToken token) {
            return new Protection(token, AuditLog.none(), false, FenceLimit.none());
        }
    }

    /**
     * Adds everything to a Dropwizard environment.
     *
     * @param peers how other controllers are reached
     * @param patience how long a request waits for a leader
     */
    public static EventStreams install(
            Environment environment,
            ServerFactory server,
            MoveService moves,
            ShardService shards,
            Leaders leaders,
            Protection protection,
            PeerClients peers,
            Duration patience) {
        Json.strict(Json.configure(environment.getObjectMapper()));
        if (server instanceof AbstractServerFactory factory) {
            factory.setRegisterDefaultExceptionMappers(false);
            // answers are small, and compression would hold back the events of a stream
            factory.getGzipFilterFactory().setEnabled(false);
        }
        EventStreams streams = new EventStreams(leaders::leads);
        environment.lifecycle().manage(streams);
        AuditTrail trail = new AuditTrail(protection.audit());
        if (trail.isKept()) {
            environment
                    .admin()
                    .addFilter("audit", new AuditedTasks(trail))
                    .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, AuditedTasks.PATHS);
        }
        Access access = new Access(moves, shards, protection.secondPerson(), protection.fences());
        for (Object component : List.of(
                new ProblemMapper(),
                new CallerFilter(protection.callers()),
                new RoleFeature(),
                new AuditFilter(trail),
                new BodyLimitFilter(BodyLimitFilter.USUAL),
                new LeaderForwarding(leaders, streams, peers, patience),
                new MovesResource(moves, streams, access),
                new ShardsResource(shards, access),
                new NodesResource(shards, access),
                new TopologyResource(shards, access),
                new OpenApiResource())) {
            environment.jersey().register(component);
        }
        return streams;
    }
}
