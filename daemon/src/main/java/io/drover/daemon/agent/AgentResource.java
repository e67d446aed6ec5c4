/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.HostName;
import io.drover.api.InstanceId;
import io.drover.api.NodePath;
import io.drover.api.Port;
import io.drover.api.SafeText;
import io.drover.api.ShardId;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.TargetFacts;
import io.drover.api.agent.Reports.ActsReport;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.MemoryReport;
import io.drover.api.agent.Reports.NodeReport;
import io.drover.daemon.tls.CertificateFilter;
import io.drover.daemon.tls.PeerName;
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
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What controllers ask of the agent. Every address needs the bearer token. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
public final class AgentResource {
    /** Header with the id of a request, which never comes twice. */
    public static final String REQUEST = "Drover-Request";

    /** Header with the leader epoch under which a command is sent that has no token. */
    public static final String LEADER = "Drover-Leader";

    private final Agent agent;
    private final Observation observation;

    /** The resource of an agent. */
    public AgentResource(Agent agent) {
        this.agent = agent;
        this.observation = agent.observation();
    }

    /** The node and its instances. */
    @GET
    @Path("/node")
    public NodeReport node() {
        return observation.node();
    }

    /** What the agent has done by itself about what moves have left. */
    @GET
    @Path("/node/acts")
    public ActsReport acts() {
        return agent.acts();
    }

    /** What is remembered of every instance that ever was here. */
    @GET
    @Path("/node/memory")
    public MemoryReport memory() {
        return observation.memory();
    }

    /** What the checks want to know before a copy is made here. */
    @GET
    @Path("/node/target-facts")
    public TargetFacts targetFacts(
            @QueryParam("shard") @Nullable String shard,
            @QueryParam("port") @Nullable String port,
            @QueryParam("sourceHost") @Nullable String sourceHost,
            @QueryParam("sourcePort") @Nullable String sourcePort,
            @QueryParam("tablespaces") @Nullable String tablespaces) {
        List<String> directories = tablespaces == null || tablespaces.isEmpty()
                ? List.of()
                : Stream.of(tablespaces.split(","))
                        .map(each -> parsed("tablespaces", each, NodePath::new).value())
                        .toList();
        return observation.targetFacts(
                parsed("shard", shard, ShardId::new),
                parsed("port", port, AgentResource::port),
                parsed("sourceHost", sourceHost, HostName::new).value(),
                parsed("sourcePort", sourcePort, AgentResource::port),
                directories);
    }

    /** One instance. */
    @GET
    @Path("/instances/{instance}")
    public InstanceReport instance(@PathParam("instance") String instance) {
        return observation.instance(id(instance));
    }

    /** The long job of an instance. */
    @GET
    @Path("/instances/{instance}/job")
    public JobReport job(@PathParam("instance") String instance) {
        return observation.job(id(instance));
    }

    /** What the checks want to know about an instance. */
    @GET
    @Path("/instances/{instance}/facts")
    public InstanceFacts facts(@PathParam("instance") String instance) {
        return observation.facts(id(instance));
    }

    /** Carries out a verb. */
    @POST
    @Path("/instances/{instance}/{verb}")
    @Consumes(MediaType.APPLICATION_JSON)
    public Object verb(
            @PathParam("instance") String instance,
            @PathParam("verb") String verb,
            @HeaderParam(REQUEST) @Nullable String request,
            @HeaderParam(LEADER) @Nullable String leader,
            @Context ContainerRequestContext call,
            byte[] body) {
        String certificate =
                CertificateFilter.shownBy(call).map(PeerName::toString).orElse(null);
        return agent.dispatch(id(instance), verb, new Sender(request, leader, certificate), body);
    }

    private static Integer port(String text) {
        try {
            return Port.checked(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a port: " + SafeText.quoted(text), e);
        }
    }

    private static InstanceId id(String text) {
        try {
            return new InstanceId(text);
        } catch (IllegalArgumentException e) {
            throw new DroverException(
                    ErrorCode.NOT_FOUND, String.valueOf(e.getMessage()), "GET /v1/node lists what is here", e);
        }
    }

    static <T> T parsed(String name, @Nullable String text, Function<String, T> parser) {
        if (text == null) {
            throw new DroverException(
                    ErrorCode.MALFORMED_REQUEST, "the parameter " + name + " is missing", "add " + name + "=…");
        }
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new DroverException(
                    ErrorCode.MALFORMED_REQUEST,
                    "the parameter " + name + " is wrong: " + SafeText.words(e.getMessage()),
                    null,
                    e);
        }
    }
}
