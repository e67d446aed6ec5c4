/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.InstanceId;
import io.drover.api.ShardId;
import io.drover.api.agent.Reports.Role;
import io.drover.replication.PostgresSession;
import io.drover.replication.ServerState;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What load balancers are told. They ask every second and wait for no longer, so no answer waits for PostgreSQL longer than that. */
public final class ShardHealth {
    private static final Logger LOG = LoggerFactory.getLogger(ShardHealth.class);
    /** Less than any sensible limit of a check; a standby that answers at all does so in a few milliseconds. */
    private static final Duration ANSWER_LIMIT = Duration.ofMillis(500);

    private final NodeTools tools;
    private final Instances instances;
    private final TopologyView topology;
    private final ExecutorService questions;
    /** One at a time for each instance: those that nobody answers must not become more and more. */
    private final Map<InstanceId, CompletableFuture<Boolean>> asked = new ConcurrentHashMap<>();

    ShardHealth(NodeTools tools, Instances instances, TopologyView topology) {
        this.tools = tools;
        this.instances = instances;
        this.topology = topology;
        this.questions = tools.scheduler().newThreads("health");
    }

    /** Whether this node takes the shard's writes: it was granted them, its server is a primary that runs, and no seal holds it. */
    public boolean takesWrites(ShardId shard) {
        return instances
                .ofShard(shard)
                .map(ManagedInstance::record)
                .filter(record -> ServingRule.granted(
                        record,
                        shard,
                        tools.node(),
                        topology.seen(record.instance()).stream()
                                .map(Versioned::value)
                                .toList()))
                .filter(record -> tools.server(record).takesWrites())
                .isPresent();
    }

    /** Whether this node has a copy of the shard that streams. */
    public boolean takesReads(ShardId shard) {
        return instances
                .ofShard(shard)
                .map(ManagedInstance::record)
                .filter(record -> record.role() != Role.DEMOTED)
                .filter(record -> tools.server(record).takesLogins())
                .filter(this::streams)
                .isPresent();
    }

    /** Only the server itself knows whether it receives anything. */
    private boolean streams(InstanceRecord record) {
        CompletableFuture<Boolean> answer = asked.computeIfAbsent(record.instance(), id -> ask(record));
        try {
            return tools.scheduler().await(answer, ANSWER_LIMIT);
        } catch (TimeoutException e) {
            LOG.debug("instance {} does not say whether it streams", record.instance());
            return false;
        } catch (ExecutionException e) {
            // it is starting or stopping: what it is will be seen next time
            LOG.debug("instance {} cannot be asked whether it streams", record.instance(), e);
            return false;
        } catch (InterruptedException e) {
            throw Deadline.shuttingDown(e);
        }
    }

    private CompletableFuture<Boolean> ask(InstanceRecord record) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        questions.execute(() -> {
            try {
                ServerState state = tools.ask(record, PostgresSession::state);
                answer.complete(state.inRecovery() && state.streaming());
            } catch (DroverException e) {
                answer.completeExceptionally(e);
            } finally {
                asked.remove(record.instance(), answer);
                // whatever else has ended this thread: nobody may wait for it again and again
                answer.complete(false);
            }
        });
        return answer;
    }
}
