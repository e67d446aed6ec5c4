/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.dropwizard.core.server.AbstractServerFactory;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jersey.setup.JerseyEnvironment;
import io.drover.api.Json;
import io.drover.daemon.resources.BodyLimitFilter;
import io.drover.daemon.resources.ProblemMapper;

/** Puts the agent's REST interface together. */
public final class AgentRest {
    private AgentRest() {}

    /**
     * Adds everything to a Dropwizard environment.
     *
     * @param token what callers have to show
     */
    public static void install(Environment environment, ServerFactory server, Agent agent, String token) {
        install(environment, server, token, new AgentResource(agent), new HealthResource(agent.health()));
    }

    /**
     * The same with other resources, for a test that has many agents behind one address.
     *
     * @param token what callers have to show
     * @param resources what there is
     */
    public static void install(Environment environment, ServerFactory server, String token, Object... resources) {
        Json.configure(environment.getObjectMapper());
        if (server instanceof AbstractServerFactory factory) {
            factory.setRegisterDefaultExceptionMappers(false);
        }
        JerseyEnvironment jersey = environment.jersey();
        jersey.register(new ProblemMapper());
        jersey.register(new RefusalLog());
        jersey.register(new BodyLimitFilter(BodyLimitFilter.USUAL));
        jersey.register(new TokenFilter(token));
        for (Object resource : resources) {
            jersey.register(resource);
        }
    }
}
