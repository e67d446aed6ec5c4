/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.daemon.remote.Monitors;
import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.BlockerView;
import io.drover.replication.InstanceMonitor.StandbyView;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a controller in another process reads from servers that do not exist: {@link HttpMonitors} asks it. */
@Path("/monitors")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public final class MonitorsResource {
    private final Function<Endpoint, Monitors> all;

    /**
     * Passes questions on.
     *
     * @param all who knows an instance
     */
    public MonitorsResource(Function<Endpoint, Monitors> all) {
        this.all = all;
    }

    /** What a question is about. */
    record Question(Endpoint instance, String name) {}

    /** The answer to any of them. */
    record Answer(
            @Nullable StandbyView standby,
            boolean yes,
            List<BlockerView> blockers,
            @Nullable ActivityView activity) {
        static final Answer NOTHING = new Answer(null, false, List.of(), null);

        static Answer of(boolean yes) {
            return new Answer(null, yes, List.of(), null);
        }
    }

    /** Answers one. */
    @POST
    @Path("/{question}")
    public Object answer(@PathParam("question") String question, byte[] body) {
        Question asked = Json.read(body, Question.class);
        Monitors monitors = all.apply(asked.instance());
        return switch (question) {
            case "check-login" -> {
                monitors.checkLogin(asked.instance());
                yield Answer.NOTHING;
            }
            case "standby" ->
                new Answer(monitors.standby(asked.instance(), asked.name()).orElse(null), false, List.of(), null);
            case "holds-wal" -> Answer.of(monitors.holdsWal(asked.instance(), asked.name()));
            case "guard-probe-waits" -> Answer.of(monitors.guardProbeWaits(asked.instance()));
            case "blockers" -> new Answer(null, false, monitors.blockers(asked.instance()), null);
            case "activity" -> new Answer(null, false, List.of(), monitors.activity(asked.instance()));
            default -> throw new DroverException(ErrorCode.NOT_FOUND, "there is no question " + question);
        };
    }
}
