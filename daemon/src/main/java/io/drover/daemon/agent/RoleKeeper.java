/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.ShardTopology;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.fault.FaultPoints;
import io.drover.daemon.agent.InstanceRecord.JobPhase;
import io.drover.daemon.agent.InstanceRecord.TargetRecord;
import io.drover.replication.PostgresServer;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds servers to the role of their instance: starts a dead one again in the role that it is granted ({@link StartRule}), and ends one
 * that is demoted and still there.
 */
final class RoleKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(RoleKeeper.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final Duration START_LIMIT = Duration.ofMinutes(10);

    private final NodeTools tools;
    private final TopologyStore store;
    private final InstanceSettings settings;
    private final BooleanSupplier holdsNode;
    /** Those that this process has started as primaries, or has begun to. */
    private final Set<InstanceId> started = ConcurrentHashMap.newKeySet();
    /** Whether this process has to leave, and so may start no primary any more. */
    private volatile boolean leaving;

    RoleKeeper(NodeTools tools, TopologyStore store, InstanceSettings settings, BooleanSupplier holdsNode) {
        this.tools = tools;
        this.store = store;
        this.settings = settings;
        this.holdsNode = holdsNode;
    }

    /** Whether it does not run, although nobody has stopped it and no job works on it. */
    boolean isDead(InstanceRecord record) {
        boolean worked = record.job() != null && record.job().phase() == JobPhase.RUNNING;
        return !worked
                && !record.stopped()
                && record.role() != Role.DEMOTED
                && tools.directories().exists(record.dataDir())
                && !tools.runs(record);
    }

    /** Starts a dead one when it may be started. */
    void revive(ManagedInstance instance, Sight sight) {
        InstanceRecord record = instance.record();
        StartRule.Answer answer = answer(record);
        sight.say("instance " + record.instance() + " is down: " + answer.verdict() + ", " + answer.why());
        switch (answer.verdict()) {
            case STAY -> sight.defer();
            case DEMOTE ->
                instance.update(current -> current.withRole(Role.DEMOTED).withStopped(true));
            case START -> {
                FaultPoints.around(
                        "supervisor", "orphans", () -> tools.server(record).endHeldOrphans());
                if (!tools.server(record).stopped()) {
                    // children of a killed postmaster end by themselves; until then no other can be started
                    return;
                }
                if (record.role() == Role.PRIMARY && record.seal() == null) {
                    // a crash between the preparation of a seal and the seal: nothing holds writes, so the settings
                    // must not
                    settings.undoSeal(instance);
                }
                resumeStandby(record);
                if (record.role() == Role.PRIMARY) {
                    // in this order: whoever leaves finds it there, or has said so by now
                    started.add(record.instance());
                    if (leaving) {
                        return;
                    }
                }
                FaultPoints.around(
                        "supervisor", "start", () -> tools.server(record).start(START_LIMIT));
                sight.say("instance " + record.instance() + " runs again");
            }
        }
    }

    /**
     * What ZooKeeper says of a node is said to the one agent of it: a clone of the node reads the same. Whoever does not hold the node
     * starts a primary only where nobody can be asked. A ZooKeeper that answers with what cannot be read is there: the claim counts.
     */
    private StartRule.Answer answer(InstanceRecord record) {
        Reading reading = newest(record);
        StartRule.Answer answer = StartRule.decide(
                record, tools.node(), tools.directories().isStandby(record.dataDir()), reading.newest());
        // asked behind the reading: the session that was answered has the claim, or another one has come since
        boolean withheld = answer.verdict() == StartRule.Verdict.START
                && record.role() == Role.PRIMARY
                && reading.answered()
                && !holdsNode.getAsBoolean();
        return withheld
                ? new StartRule.Answer(
                        StartRule.Verdict.STAY,
                        answer.why() + ", but this agent does not hold the claim of " + tools.node()
                                + ": another one may have it, see the health check node")
                : answer;
    }

    /**
     * Stops the primaries that this process has started, and starts none from then on. One that cannot be stopped does not keep the
     * others.
     */
    void stopStarted(Collection<ManagedInstance> instances) {
        leaving = true;
        for (ManagedInstance instance : instances) {
            if (started.contains(instance.record().instance())) {
                try {
                    stopStarted(instance);
                } catch (DroverException e) {
                    LOG.error(
                            "instance {} in {}, which this agent had started, is not known to be stopped: {}."
                                    + " Stop it by hand: another machine has this node",
                            instance.record().instance(),
                            instance.record().dataDir(),
                            e.getMessage());
                }
            }
        }
    }

    private void stopStarted(ManagedInstance instance) {
        // a start that is under way ends first, or is broken off
        instance.exclusively(Deadline.in(tools.scheduler(), STOP_LIMIT), () -> {
            tools.server(instance.record()).stop(StopMode.IMMEDIATE, STOP_LIMIT);
            return instance;
        });
        LOG.error(
                "instance {}, which this agent had started, is stopped",
                instance.record().instance());
    }

    /** One that died in its promotion may not begin on the old timeline, whatever the record says of its role. */
    void resumeStandby(InstanceRecord record) {
        TargetRecord target = record.target();
        OptionalInt old = target == null ? OptionalInt.empty() : OptionalInt.of(target.timeline());
        FaultPoints.around("supervisor", "resume", () -> tools.directories().resumeStandby(record.dataDir(), old));
    }

    /**
     * What ZooKeeper says.
     *
     * @param newest empty when it cannot be read
     * @param answered whether somebody answered at all
     */
    private record Reading(Optional<List<ShardTopology>> newest, boolean answered) {}

    /** A fresh read, because a grant may not come from a stale watch; nothing when ZooKeeper cannot be asked (rule R8). */
    private Reading newest(InstanceRecord record) {
        try {
            return new Reading(
                    Optional.of(store.readInstanceFresh(record.instance()).stream()
                            .map(Versioned::value)
                            .toList()),
                    true);
        } catch (DroverException e) {
            LOG.warn("ZooKeeper cannot be read: {}", e.getMessage());
            return new Reading(Optional.empty(), e.code() != ErrorCode.ZOOKEEPER_UNAVAILABLE);
        }
    }

    /** A stop that broke off, with its agent or at its limit, would leave what the seal holds behind for ever. */
    void endStop(InstanceRecord record) {
        PostgresServer server = tools.server(record);
        if (record.role() == Role.DEMOTED
                && tools.directories().exists(record.dataDir())
                && (server.isHeld() || server.postmaster().isPresent())) {
            FaultPoints.around("supervisor", "stop", () -> server.stop(StopMode.IMMEDIATE, STOP_LIMIT));
            LOG.warn("instance {} is demoted and was still there: stopped", record.instance());
        }
    }
}
