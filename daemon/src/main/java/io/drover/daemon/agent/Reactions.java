/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.FenceEpoch;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.fault.FaultPoints;
import io.drover.fencing.FenceTransitions;
import io.drover.replication.PostgresSession;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what {@link Reaction} decides. Each may be repeated, and begun again where an agent that died has left it. */
final class Reactions {
    private static final Logger LOG = LoggerFactory.getLogger(Reactions.class);
    private static final Duration FINISH_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final NodeTools tools;
    private final TopologyStore store;
    private final InstanceSettings settings;
    private final SealVerbs seals;
    private final TargetVerbs targets;
    private final RoleKeeper roles;

    Reactions(
            NodeTools tools,
            TopologyStore store,
            InstanceSettings settings,
            SealVerbs seals,
            TargetVerbs targets,
            RoleKeeper roles) {
        this.tools = tools;
        this.store = store;
        this.settings = settings;
        this.seals = seals;
        this.targets = targets;
        this.roles = roles;
    }

    /**
     * Carries one out.
     *
     * @param hung whether a commit has waited for the target of a move for longer than it may
     */
    void carryOut(Reaction reaction, ManagedInstance instance, List<Versioned<ShardTopology>> seen, boolean hung) {
        switch (reaction) {
            case NOTHING -> {}
            case ABANDON -> abandon(instance, seen);
            case FINISH -> finish(instance, seen);
            case UNSEAL -> unseal(instance, seen);
            case GRANT -> grant(instance, seen.stream().map(Versioned::value).toList());
            case DISARM -> disarm(instance, hung);
            case DEMOTE -> demote(instance, seen);
        }
    }

    /** FENCED → ABORTING → unsealed → SERVING here: each write is a compare-and-set that a controller may win. */
    private void abandon(ManagedInstance instance, List<Versioned<ShardTopology>> seen) {
        List<Versioned<ShardTopology>> aborting = seen.get(0).value().state() == TopologyState.FENCED
                ? FaultPoints.around(
                        Reaction.ABANDON.place(), "aborting", () -> store.swap(seen, FenceTransitions::abort))
                : seen;
        store.verify(aborting);
        seals.unseal(instance, STOP_LIMIT);
        List<Versioned<ShardTopology>> serving = FaultPoints.around(
                Reaction.ABANDON.place(), "serving", () -> store.swap(aborting, FenceTransitions::reopen));
        grant(instance, serving.stream().map(Versioned::value).toList());
        LOG.warn(
                "instance {}: the fence was lowered by this agent: no controller did",
                instance.record().instance());
    }

    /** What the watch has brought may be older than another fence: a stale sight never opens the door (R3). */
    private void unseal(ManagedInstance instance, List<Versioned<ShardTopology>> seen) {
        store.verify(seen);
        seals.unseal(instance, STOP_LIMIT);
    }

    private void finish(ManagedInstance instance, List<Versioned<ShardTopology>> seen) {
        store.verify(seen);
        if (roles.isDead(instance.record())) {
            instance.update(record -> record.withStopped(false));
            FaultPoints.around(
                    "supervisor",
                    "orphans",
                    () -> tools.server(instance.record()).endHeldOrphans());
            roles.resumeStandby(instance.record());
            FaultPoints.around(
                    Reaction.FINISH.place(),
                    "start",
                    () -> tools.server(instance.record()).start(FINISH_LIMIT));
        }
        targets.finish(instance, seen, FINISH_LIMIT);
    }

    private static void grant(ManagedInstance instance, List<ShardTopology> topologies) {
        FenceEpoch epoch = StartRule.newestEpoch(topologies);
        instance.update(record -> record.withRole(record.role(), epoch));
    }

    /** Local knowledge is enough, so it also works while ZooKeeper is away. */
    private void disarm(ManagedInstance instance, boolean hung) {
        if (hung) {
            settings.undoGuard(instance);
            LOG.warn(
                    "instance {}: the guard was taken back by this agent: a commit had waited for the target for {} ms;"
                            + " the move cannot seal any more",
                    instance.record().instance(),
                    instance.patience().toMillis());
            return;
        }
        boolean hangs = tools.runs(instance.record()) && tools.ask(instance.record(), PostgresSession::lacksItsStandby);
        if (hangs) {
            settings.undoGuard(instance);
            LOG.warn(
                    "instance {}: the guard was taken back by this agent: commits waited for a standby that does not"
                            + " stream, and no controller acted",
                    instance.record().instance());
        }
    }

    private void demote(ManagedInstance instance, List<Versioned<ShardTopology>> seen) {
        store.verify(seen);
        instance.update(record -> record.withRole(Role.DEMOTED).withStopped(true));
        instance.warm().close();
        FaultPoints.around(
                Reaction.DEMOTE.place(),
                "stop",
                () -> tools.server(instance.record()).stop(StopMode.IMMEDIATE, STOP_LIMIT));
        LOG.warn(
                "instance {} is demoted and stopped: another node is the primary",
                instance.record().instance());
    }
}
