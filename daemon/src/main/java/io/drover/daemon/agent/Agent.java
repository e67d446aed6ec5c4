/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static java.util.Objects.requireNonNull;

import io.drover.topology.TopologyStore;
import java.util.concurrent.atomic.AtomicReference;

/** The parts of an agent, put together. */
record Agent(VerbDispatcher dispatcher, Observation observation, Supervisor supervisor, TopologyView view) {
    /** Puts them together; nothing runs yet. */
    static Agent assemble(NodeTools tools, Instances instances, TopologyStore store) {
        AtomicReference<Runnable> onChange = new AtomicReference<>(() -> {});
        TopologyView view = new TopologyView(
                () -> requireNonNull(onChange.get(), "onChange is null").run());
        Jobs jobs = new Jobs();
        instances.all().forEach(jobs::adopt);
        Observation observation = new Observation(tools, new NodeFacts(tools), instances, jobs, view);
        TopologyGate gate = new TopologyGate(store, view, tools.node());
        InstanceSettings settings = new InstanceSettings(tools);
        SealVerbs seals = new SealVerbs(tools, settings);
        TargetVerbs targets = new TargetVerbs(tools, settings, store);

        VerbTable verbs = new VerbTable();
        new AdoptionVerbs(tools, instances, observation).addTo(verbs);
        new CopyVerbs(tools, instances, jobs, view, observation).addTo(verbs);
        new ServerVerbs(tools, settings).addTo(verbs);
        new GuardVerbs(tools, settings).addTo(verbs);
        seals.addTo(verbs);
        targets.addTo(verbs);
        new Rehearsal(verbs, gate).addTo(verbs);
        new RejoinVerbs(tools, jobs).addTo(verbs);
        new SetAsideVerbs(tools, jobs, store).addTo(verbs);
        verbs.requireComplete();

        Supervisor supervisor = new Supervisor(tools, instances, view, store, settings, seals, targets);
        onChange.set(supervisor::wake);
        return new Agent(new VerbDispatcher(verbs, instances, gate), observation, supervisor, view);
    }
}
