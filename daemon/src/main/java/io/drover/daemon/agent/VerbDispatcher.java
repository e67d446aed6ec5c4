/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.InstanceId;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoints;
import io.drover.api.time.Scheduler;
import io.drover.daemon.agent.VerbTable.Command;
import io.drover.daemon.agent.VerbTable.NewInstance;
import io.drover.daemon.agent.VerbTable.Row;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;

/**
 * The way of every command: read it, see that it is no copy of an earlier one, wait for its turn, accept its token, prove that no other
 * move holds the instance and that its own has not ended, and, of a
 * leader that is new to this agent or sends no token, that it leads, for a dangerous one prove that the topology is still the one it was meant for, then carry it out.
 */
final class VerbDispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(VerbDispatcher.class);
    private static final Duration WITHOUT_TOKEN = Duration.ofSeconds(60);

    private final VerbTable table;
    private final Instances instances;
    private final TopologyGate topology;
    private final Replays replays;
    private final Scheduler scheduler;

    VerbDispatcher(VerbTable table, Instances instances, TopologyGate topology, Replays replays, Scheduler scheduler) {
        this.table = table;
        this.instances = instances;
        this.topology = topology;
        this.replays = replays;
        this.scheduler = scheduler;
    }

    /** Carries out a command that has just arrived; its time counts from now. */
    Object dispatch(InstanceId id, String path, Sender sender, byte[] body) {
        long arrival = scheduler.nanoTime();
        Command command = table.read(path, body);
        Token token = command.token();
        Optional<String> request = sender.id();
        if (token == null) {
            proveLeader(command.verb(), sender);
        }
        replays.accept(path, request.orElse(null), sender.fingerprint(id, path, body), token == null);
        Duration limit = token == null ? WITHOUT_TOKEN : Duration.ofMillis(token.timeoutMillis());
        Deadline deadline = new Deadline(scheduler, arrival + limit.toNanos());
        MDC.put("instance", id.value());
        MDC.put("move", token == null ? "-" : token.move().shortId());
        try {
            Object answer = route(command.verb(), id, token, deadline);
            // a rehearsal comes some dozen times before each cutover, and changes nothing
            LOG.atLevel(command.verb() instanceof Verb.Rehearse ? Level.DEBUG : Level.INFO)
                    .log("{} of {}: {} in {} ms", path, id, answer, (scheduler.nanoTime() - arrival) / 1_000_000);
            return answer;
        } finally {
            MDC.remove("instance");
            MDC.remove("move");
        }
    }

    /** A token holds the leadership and is proven with it; what has none is proven before anything is stored of it. */
    private <R> void proveLeader(Verb<R> verb, Sender sender) {
        if (table.rowOf(verb).needsToken()) {
            throw VerbCall.withoutToken(verb.path());
        }
        sender.leadership().ifPresent(topology::proveLeader);
    }

    private <R> R route(Verb<R> verb, InstanceId id, @Nullable Token token, Deadline deadline) {
        Row<Verb<R>, R> row = table.rowOf(verb);
        Optional<ManagedInstance> known = instances.find(id);
        if (known.isEmpty() && row.unknown() != null) {
            if (token != null) {
                topology.proveHeld(id, token, deadline);
                topology.proveGoesOn(id, token);
                topology.proveLeader(token);
            }
            var first = row.unknown();
            return FaultPoints.around(
                    placeOf(verb), "run", () -> first.apply(verb, new NewInstance(id, token, deadline)));
        }
        VerbCall call = new VerbCall(instances.get(id), token, deadline, List.of());
        return row.alone()
                ? call.instance().exclusively(deadline, () -> carryOut(verb, row, call))
                : carryOut(verb, row, call);
    }

    private static String placeOf(Verb<?> verb) {
        return "verb-" + verb.path();
    }

    private <R> R carryOut(Verb<R> verb, Row<Verb<R>, R> row, VerbCall arrived) {
        arrived.deadline().check(verb.path());
        Token token = arrived.token();
        if (token == null) {
            return FaultPoints.around(placeOf(verb), "run", () -> row.body().run(verb, arrived));
        }
        TokenGate.accept(arrived.record(), token);
        topology.proveHeld(arrived.record().instance(), token, arrived.deadline());
        topology.proveGoesOn(arrived.record().instance(), token);
        if (!arrived.instance().knowsLeader(token)) {
            topology.proveLeader(token);
            arrived.instance().leaderProven(token);
        }
        VerbCall call = verb.dangerous()
                ? arrived.proven(topology.prove(verb, token, arrived.record(), arrived.deadline()))
                : arrived;
        String place = placeOf(verb);
        FaultPoints.around(
                place, "accept", () -> call.instance().accept(token, row.first().apply(verb, call)));
        return FaultPoints.around(place, "run", () -> row.body().run(verb, call));
    }
}
