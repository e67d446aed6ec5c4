/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.fault.FaultPoints;
import io.drover.replication.PostgresSession;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the agent does without being told: it has its {@link Reactions} to the topology carried out, has the {@link RoleKeeper} start a
 * dead server again, and has what moves have left cleared away ({@link Tidying}). Looks at each instance a few times a second, when no verb runs, and at none while it is
 * busy with it; acts on the level of things, so a restart of the agent changes nothing.
 */
final class Supervisor {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
    private static final Duration PERIOD = Duration.ofMillis(500);
    /** After a change verbs come first: what the agent does by itself can wait a moment. */
    private static final Duration AFTER_CHANGE = Duration.ofMillis(200);

    private final NodeTools tools;
    private final Instances instances;
    private final TopologyView view;
    private final TopologyStore store;
    private final BooleanSupplier holdsNode;
    private final RoleKeeper roles;
    private final Reactions reactions;
    private final LostSeal lostSeal;
    private final Tidying tidying;
    private final StoppedServices services;
    private final UnpublishedAdoptions unpublished;
    private final Map<InstanceId, Sight> sights = new HashMap<>();
    private final ScheduledExecutorService clock;
    /** An instance that starts or stops may take minutes: the others are looked at meanwhile. */
    private final ExecutorService lanes;

    Supervisor(
            NodeTools tools,
            Instances instances,
            TopologyView view,
            TopologyStore store,
            InstanceSettings settings,
            SealVerbs seals,
            TargetVerbs targets,
            Acts acts,
            BooleanSupplier holdsNode) {
        this.tools = tools;
        this.instances = instances;
        this.view = view;
        this.store = store;
        this.holdsNode = holdsNode;
        this.roles = new RoleKeeper(tools, store, settings, holdsNode);
        this.reactions = new Reactions(tools, store, settings, seals, targets, roles);
        this.lostSeal = new LostSeal(tools);
        this.tidying = new Tidying(tools, settings, store, acts);
        this.services = new StoppedServices(tools);
        this.unpublished = new UnpublishedAdoptions(
                tools, instance -> !store.readInstanceFresh(instance).isEmpty());
        this.clock = tools.scheduler().newTimer("supervisor");
        this.lanes = tools.scheduler().newThreads("supervisor-of-one");
    }

    void start() {
        clock.scheduleWithFixedDelay(this::lookAtAll, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** PostgreSQL goes on when the agent ends. */
    void stop() {
        clock.shutdownNow();
        lanes.shutdownNow();
    }

    /** Ends, and stops what it has started as a primary. What a look is busy with is broken off or waited for. */
    void leave() {
        stop();
        roles.stopStarted(instances.all());
    }

    /** Looks soon, because something has changed, and when the controllers' turn to carry out what is decided is over: nobody writes until then. */
    void wake(InstanceId changed) {
        // of the many that other nodes have, none is a reason to look at those here
        if (instances.find(changed).isPresent()) {
            wake();
        }
    }

    /** The same where all may be concerned. */
    void wake() {
        lookIn(AFTER_CHANGE);
        lookIn(AFTER_CHANGE.plus(Reaction.DECIDED_TURN));
    }

    private void lookIn(Duration delay) {
        if (!clock.isShutdown()) {
            clock.schedule(this::lookAtAll, delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void lookAtAll() {
        for (ManagedInstance instance : instances.all()) {
            Sight sight = sights.computeIfAbsent(instance.record().instance(), id -> new Sight(tools.scheduler()));
            if (!lanes.isShutdown() && sight.take()) {
                begin(instance, sight);
            }
        }
    }

    /** What it throws would end all further looks. */
    private void begin(ManagedInstance instance, Sight sight) {
        try {
            lanes.execute(() -> lookIfIdle(instance, sight));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            sight.release();
            LOG.error("instance {} cannot be looked at now", instance.record().instance(), e);
        }
    }

    private void lookIfIdle(ManagedInstance instance, Sight sight) {
        try {
            instance.ifIdle(() -> look(instance, sight));
        } catch (DroverException e) {
            sight.defer();
            LOG.warn("instance {}: {}; tried again", instance.record().instance(), e.getMessage());
        } catch (RuntimeException e) {
            sight.defer();
            LOG.error(
                    "BUG: instance {} could not be looked after",
                    instance.record().instance(),
                    e);
        } finally {
            sight.release();
        }
    }

    private void look(ManagedInstance instance, Sight sight) {
        tools.closeLeftGate(instance.record());
        List<Versioned<ShardTopology>> seen = seen(instance.record());
        List<ShardTopology> topologies = seen.stream().map(Versioned::value).toList();
        Duration unchangedFor = sight.unchangedFor(topologies);
        if (!sight.due()) {
            return;
        }
        remember(instance, topologies);
        lostSeal.recover(instance, topologies);
        boolean hung = hangs(instance, topologies, sight);
        Reaction decided = Reaction.to(
                instance.record(),
                tools.node(),
                topologies,
                unchangedFor,
                instance.quietFor(),
                hung,
                tools.scheduler().clock().instant());
        // what the topology says of this node it says to the one agent of it
        Reaction reaction = decided.isForTheNode() && !holdsNode.getAsBoolean() ? Reaction.NOTHING : decided;
        // a guard that does its work is looked at again and again
        if (reaction != Reaction.NOTHING && reaction != Reaction.DISARM) {
            LOG.info("instance {}: {} because of {}", instance.record().instance(), reaction, sight.level());
        }
        if (reaction != Reaction.NOTHING) {
            FaultPoints.around(reaction.place(), "run", () -> reactions.carryOut(reaction, instance, seen, hung));
        }
        if (roles.isDead(instance.record())) {
            roles.revive(instance, sight);
        } else if (reaction == Reaction.NOTHING && sight.tidyingIsDue()) {
            tidying.look(instance, seen);
        }
        roles.endStop(instance.record());
        services.look(instance.record(), topologies);
        unpublished.look(instance, topologies);
    }

    /** All of an instance's shards or none: what is done by itself for half of them would leave the others behind for good. */
    private List<Versioned<ShardTopology>> seen(InstanceRecord record) {
        List<Versioned<ShardTopology>> seen = view.seen(record.instance());
        // none at all: ZooKeeper may be away
        if (seen.isEmpty() || TopologyView.isWhole(seen, record)) {
            return seen;
        }
        try {
            return store.readInstance(record.instance());
        } catch (DroverException e) {
            LOG.warn("not every shard of instance {} is known here: {}", record.instance(), e.getMessage());
            return List.of();
        }
    }

    /** Not in the pause: a fence's own epoch is in the record of the seal. */
    private static void remember(ManagedInstance instance, List<ShardTopology> topologies) {
        FenceEpoch newest = StartRule.newestEpoch(topologies);
        boolean serving = topologies.stream().allMatch(t -> t.state() == TopologyState.SERVING);
        if (serving && newest.compareTo(instance.record().seenEpoch()) > 0) {
            instance.update(record -> record.withSeen(newest));
        }
    }

    /** Looked at only while commits wait for a move's target and no fence holds them: in the pause its budget is the limit. */
    private boolean hangs(ManagedInstance instance, List<ShardTopology> topologies, Sight sight) {
        boolean fenced = topologies.stream().anyMatch(t -> t.state() != TopologyState.SERVING);
        if (fenced || !Reaction.armed(instance.record()) || !tools.runs(instance.record())) {
            sight.forgetCommits();
            return false;
        }
        Set<String> waiting = tools.ask(instance.record(), PostgresSession::waitingCommits);
        return sight.hungFor(waiting).compareTo(instance.patience()) >= 0;
    }
}
