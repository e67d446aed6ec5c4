/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.NodeId;
import io.drover.api.Problem;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.TargetFacts;
import io.drover.api.agent.Reports.ActsReport;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.MemoryReport;
import io.drover.api.agent.Reports.NodeReport;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.daemon.agent.Agent;
import io.drover.daemon.remote.Agents;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How a controller's commands come to agents: as over HTTP, on a network that loses, delays and doubles. */
final class SimAgents implements Agents {
    /** How long a question waits for its answer. */
    static final Duration READ_LIMIT = Duration.ofSeconds(20);

    private final SimWorld world;
    private final SimProcess controller;
    private final String host;

    SimAgents(SimWorld world, SimProcess controller, String host) {
        this.world = world;
        this.controller = controller;
        this.host = host;
    }

    /** The body of a verb. */
    private record Command(@Nullable Token token, Verb<?> args) {}

    @Override
    public <R> R call(NodeId node, InstanceId instance, @Nullable Token token, Verb<R> verb, Duration limit) {
        byte[] body = Json.bytes(new Command(token, verb));
        String path = verb.path();
        world.say(() -> host + " -> " + node + " " + path + (token == null ? "" : " step " + token.step()));
        Object answer = send(node, path, limit, agent -> agent.dispatch(instance, path, body));
        return verb.answer().cast(answer);
    }

    @Override
    public NodeReport node(NodeId node) {
        return send(node, "node", READ_LIMIT, agent -> agent.observation().node());
    }

    @Override
    public MemoryReport memory(NodeId node) {
        return send(node, "memory", READ_LIMIT, agent -> agent.observation().memory());
    }

    @Override
    public ActsReport acts(NodeId node) {
        return send(node, "acts", READ_LIMIT, Agent::acts);
    }

    @Override
    public InstanceReport instance(NodeId node, InstanceId instance) {
        return send(node, "instance", READ_LIMIT, agent -> agent.observation().instance(instance));
    }

    @Override
    public JobReport job(NodeId node, InstanceId instance) {
        return send(node, "job", READ_LIMIT, agent -> agent.observation().job(instance));
    }

    @Override
    public InstanceFacts facts(NodeId node, InstanceId instance) {
        return send(node, "facts", READ_LIMIT, agent -> agent.observation().facts(instance));
    }

    @Override
    public TargetFacts targetFacts(NodeId node, ShardId shard, Endpoint source, List<String> tablespaces) {
        return send(
                node,
                "target-facts",
                READ_LIMIT,
                agent -> agent.observation()
                        .targetFacts(shard, source.port(), source.host(), source.port(), tablespaces));
    }

    private <R> R send(NodeId node, String what, Duration limit, Function<Agent, R> request) {
        CompletableFuture<R> answer = new CompletableFuture<>();
        SimAgent agent = world.agent(node.value());
        if (world.network().connected(host, node.value()) && !world.network().loses()) {
            travel(world.network().latency(), agent, request, answer);
            if (world.network().doubles()) {
                travel(world.network().echo(), agent, request, new CompletableFuture<>());
            }
        }
        try {
            return controller.await(answer, limit);
        } catch (TimeoutException e) {
            throw new DroverException(
                    ErrorCode.TIMEOUT,
                    "the agent of " + node + " did not finish " + what + " within its limit",
                    "look at the agent's log on " + node,
                    e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof DroverException failure
                    ? DroverException.of(Problem.of(failure))
                    : new IllegalStateException("BUG: the agent of " + node + " failed at " + what, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DroverException(
                    ErrorCode.LEADERSHIP_LOST, "stopped while calling " + what + " on " + node, null, e);
        }
    }

    private <R> void travel(Duration latency, SimAgent agent, Function<Agent, R> request, CompletableFuture<R> answer) {
        after(latency, () -> agent.serve(request, result -> comeBack(agent, result, answer)));
    }

    private <R> void comeBack(SimAgent agent, CompletableFuture<R> result, CompletableFuture<R> answer) {
        if (!world.network().connected(host, agent.name()) || world.network().loses()) {
            return;
        }
        after(
                world.network().latency(),
                () -> result.whenComplete((value, failure) -> {
                    if (failure == null) {
                        answer.complete(value);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                }));
    }

    private void after(Duration latency, Runnable arrival) {
        if (latency.isZero()) {
            arrival.run();
        } else {
            world.later(latency, arrival);
        }
    }
}
