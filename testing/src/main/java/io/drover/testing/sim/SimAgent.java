/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodeId;
import io.drover.daemon.agent.Agent;
import io.drover.daemon.agent.NodeTools;
import io.drover.testing.fake.FakeNode;
import io.drover.testing.fake.FakeStateFiles;
import io.drover.topology.NodeRecord;
import io.drover.topology.NodeRegistry;
import io.drover.topology.TopologyStore;
import io.drover.topology.TopologyWatcher;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The agent of a node, in production's own code: it may die and come back, and its disk stays. */
public final class SimAgent extends SimMember {
    private static final Path ROOT = Path.of("/fake");
    private static final Duration ZOOKEEPER_LIMIT = Duration.ofSeconds(3);

    private final FakeStateFiles files = new FakeStateFiles();
    private final List<CompletableFuture<?>> open = new ArrayList<>();
    private @Nullable FakeNode node;
    private @Nullable Agent agent;
    private @Nullable ExecutorService requests;

    SimAgent(SimWorld world, String name) {
        super(world, name);
    }

    /** What it remembers. */
    public FakeStateFiles files() {
        return files;
    }

    @Override
    void begin(SimProcess process) {
        FakeNode own = world().postgres().node(name());
        node = own;
        requests = process.newThreads("request");
        var client = connect(process);
        Agent assembled = Agent.assemble(
                new NodeTools(new NodeId(name()), name(), ROOT, ROOT, own, process),
                files,
                new TopologyStore(client, ZOOKEEPER_LIMIT),
                () -> true);
        TopologyWatcher.watchAll(client, assembled.topologyListener());
        new NodeRegistry(client).register(new NodeRecord(new NodeId(name()), name(), "http://" + name()));
        assembled.start();
        agent = assembled;
    }

    @Override
    void ended() {
        agent = null;
        requests = null;
        FakeNode own = node;
        node = null;
        if (own != null) {
            own.abandon();
        }
        // whoever has sent it something sees the connection go
        List<CompletableFuture<?>> broken = List.copyOf(open);
        open.clear();
        broken.forEach(each -> each.completeExceptionally(gone()));
    }

    private DroverException gone() {
        return new DroverException(ErrorCode.NODE_UNREACHABLE, "the agent of " + name() + " cannot be reached");
    }

    /** Carries out a request that has arrived here, and hands on what comes of it. */
    @SuppressWarnings("CollectionUndefinedEquality") // the very same future is meant
    <R> void serve(Function<Agent, R> request, Consumer<CompletableFuture<R>> done) {
        Agent present = agent;
        ExecutorService threads = requests;
        CompletableFuture<R> result = new CompletableFuture<>();
        result.whenComplete((value, failure) -> {
            open.remove(result);
            done.accept(result);
        });
        if (present == null || threads == null) {
            result.completeExceptionally(gone());
            return;
        }
        open.add(result);
        threads.execute(() -> {
            try {
                result.complete(request.apply(present));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
    }
}
