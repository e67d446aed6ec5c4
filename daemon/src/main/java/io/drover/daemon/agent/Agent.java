/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.InstanceId;
import io.drover.api.agent.Reports.ActsReport;
import io.drover.topology.TopologyStore;
import io.drover.topology.TopologyWatcher;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** An agent, put together from its parts: it takes commands, tells what it sees, and acts by itself between start and stop. */
public final class Agent implements Admission.Acting {
    private final VerbDispatcher dispatcher;
    private final Observation observation;
    private final ShardHealth health;
    private final Supervisor supervisor;
    private final TopologyView view;
    private final Acts acts;
    private final Runnable listening;

    private Agent(
            VerbDispatcher dispatcher,
            Observation observation,
            ShardHealth health,
            Supervisor supervisor,
            TopologyView view,
            Acts acts,
            Runnable listening) {
        this.dispatcher = dispatcher;
        this.observation = observation;
        this.health = health;
        this.supervisor = supervisor;
        this.view = view;
        this.acts = acts;
        this.listening = listening;
    }

    /**
     * Puts it together with what a former agent of the node has left; nothing runs yet.
     *
     * @param files what it remembers
     * @param store the topology
     * @param holdsNode whether it is known to be the one agent of its node; what ZooKeeper says of the node is said to that one
     */
    public static Agent assemble(NodeTools tools, StateFiles files, TopologyStore store, BooleanSupplier holdsNode) {
        Instances instances = new Instances(new InstanceStore(files), tools.scheduler());
        AtomicReference<@Nullable Supervisor> wakened = new AtomicReference<>();
        TopologyView view = new TopologyView(new TopologyView.OnChange() {
            @Override
            public void topology(InstanceId instance) {
                Optional.ofNullable(wakened.get()).ifPresent(supervisor -> supervisor.wake(instance));
            }

            @Override
            public void connection() {
                Optional.ofNullable(wakened.get()).ifPresent(Supervisor::wake);
            }
        });
        Jobs jobs = new Jobs(tools);
        instances.all().forEach(jobs::adopt);
        Observation observation = new Observation(tools, instances, jobs, view);
        TopologyGate gate = new TopologyGate(store, view, tools.node());
        InstanceSettings settings = new InstanceSettings(tools);
        SealVerbs seals = new SealVerbs(tools, settings);
        TargetVerbs targets = new TargetVerbs(tools, settings, store);

        Acts acts = new Acts(tools.scheduler());
        VerbTable verbs = new VerbTable();
        new AdoptionVerbs(tools, instances, observation, store).addTo(verbs);
        new CopyVerbs(tools, instances, jobs, view, observation).addTo(verbs);
        new ServerVerbs(tools, settings).addTo(verbs);
        new GuardVerbs(tools, settings).addTo(verbs);
        new FollowVerbs(tools, settings).addTo(verbs);
        seals.addTo(verbs);
        targets.addTo(verbs);
        new Rehearsal(verbs, gate, tools).addTo(verbs);
        new RejoinVerbs(tools, jobs, settings).addTo(verbs);
        new SetAsideVerbs(tools, jobs, store).addTo(verbs);
        verbs.requireComplete();

        Supervisor supervisor =
                new Supervisor(tools, instances, view, store, settings, seals, targets, acts, holdsNode);
        return new Agent(
                new VerbDispatcher(verbs, instances, gate, new Replays(files), tools.scheduler()),
                observation,
                new ShardHealth(tools, instances, view),
                supervisor,
                view,
                acts,
                () -> wakened.set(supervisor));
    }

    /**
     * Carries out a command that has just arrived; its time counts from now.
     *
     * @param verb last part of its address
     * @param sender what the request says of itself
     * @param body its token and its arguments
     */
    Object dispatch(InstanceId instance, String verb, Sender sender, byte[] body) {
        return dispatcher.dispatch(instance, verb, sender, body);
    }

    /** The same for a request of which nothing is known. */
    public Object dispatch(InstanceId instance, String verb, byte[] body) {
        return dispatch(instance, verb, Sender.UNKNOWN, body);
    }

    /** What it sees. */
    public Observation observation() {
        return observation;
    }

    /** What load balancers are told. */
    public ShardHealth health() {
        return health;
    }

    /** What it has done by itself about what moves have left. */
    public ActsReport acts() {
        return acts.report();
    }

    /** How much of that it has undone. */
    public long undone() {
        return acts.count();
    }

    /** Hears of the topology; what starts the watch passes it on. */
    public TopologyWatcher.Listener topologyListener() {
        return view;
    }

    /** Whether it hears of the topology right now. */
    public boolean connected() {
        return view.connected();
    }

    /** Begins to look after its instances. What it has heard of the topology until then has moved it to nothing. */
    @Override
    public void start() {
        listening.run();
        supervisor.start();
    }

    /** Ends that; PostgreSQL goes on. */
    public void stop() {
        supervisor.stop();
    }

    /** Ends that for an agent which should not have begun: what it has started as a primary is stopped at once. */
    @Override
    public void leave() {
        supervisor.leave();
    }
}
