/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.daemon.metrics.MoveObserver;
import io.drover.daemon.move.MoveControl;
import io.drover.topology.DocumentStore;
import io.drover.topology.LeaderElection;
import io.drover.topology.Leadership;
import io.drover.topology.NodeRegistry;
import io.drover.topology.ParticipantStore;
import io.drover.topology.PoolerRegistry;
import io.drover.topology.TopologyStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A controller, in production's own code. */
public final class SimController extends SimMember {
    private final MoveObserver observer;
    private @Nullable MoveControl control;
    private @Nullable ExecutorService requests;
    private boolean leads;

    SimController(SimWorld world, String name, MoveObserver observer) {
        super(world, name);
        this.observer = observer;
    }

    @Override
    void begin(SimProcess process) {
        var client = connect(process);
        MoveControl made = MoveControl.assemble(
                new MoveControl.Stores(
                        new TopologyStore(client),
                        new DocumentStore(client),
                        new NodeRegistry(client),
                        new ParticipantStore(client),
                        new PoolerRegistry(client)),
                new SimAgents(world(), process, name()),
                world().postgres().monitors(name()),
                observer,
                new MoveControl.Means(process, world().rehearsals(), world()::nextMoveId));
        control = made;
        requests = process.newThreads("request");
        new LeaderElection(client, name(), "http://" + name(), new Leading(made)).start();
    }

    @Override
    void ended() {
        control = null;
        requests = null;
        leads = false;
    }

    /** Asks it something, as a person does. */
    <T> CompletableFuture<T> ask(Function<MoveControl, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        MoveControl present = control;
        ExecutorService threads = requests;
        if (present == null || threads == null) {
            answer.completeExceptionally(new DroverException(ErrorCode.NO_LEADER, name() + " is not there"));
            return answer;
        }
        threads.execute(() -> {
            try {
                answer.complete(question.apply(present));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    /** Whether it believes to lead. */
    public boolean leads() {
        return leads;
    }

    /** As the REST interface: it leads once its services have been told. */
    private final class Leading implements LeaderElection.Listener {
        private final MoveControl mine;

        Leading(MoveControl mine) {
            this.mine = mine;
        }

        @Override
        public void gained(Leadership leadership) {
            world().say(() -> name() + " leads at epoch " + leadership.epoch());
            mine.runner().gained(leadership);
            leads = true;
            world().changed();
        }

        @Override
        public void lost() {
            world().say(() -> name() + " does not lead any more");
            leads = false;
            mine.runner().lost();
        }
    }
}
