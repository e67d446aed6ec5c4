/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.fault.FaultPoints;
import io.drover.api.time.Scheduler;
import io.drover.daemon.agent.InstanceRecord.JobPhase;
import io.drover.daemon.agent.InstanceRecord.TargetRecord;
import io.drover.fencing.FenceTransitions;
import io.drover.replication.PostgresServer;
import io.drover.replication.PostgresSession;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the agent does without being told: it carries out its {@link Reaction}s to the topology, and starts a dead server again in the
 * role that it is granted ({@link StartRule}). Looks at each instance a few times a second, when no verb runs, and at none while it is
 * busy with it; acts on the level of things, so a restart of the agent changes nothing.
 */
final class Supervisor {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
    private static final Duration PERIOD = Duration.ofMillis(500);
    /** After a change verbs come first: what the agent does by itself can wait a moment. */
    private static final Duration AFTER_CHANGE = Duration.ofMillis(200);

    /** Controllers undo what they can first. */
    private static final Duration FIRST_TIDYING = Duration.ofSeconds(5);

    private static final Duration TIDYING = Duration.ofSeconds(30);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration FINISH_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final Duration START_LIMIT = Duration.ofMinutes(10);

    private final NodeTools tools;
    private final Instances instances;
    private final TopologyView view;
    private final TopologyStore store;
    private final InstanceSettings settings;
    private final SealVerbs seals;
    private final TargetVerbs targets;
    private final LostSeal lostSeal;
    private final Tidying tidying;
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
            Acts acts) {
        this.tools = tools;
        this.instances = instances;
        this.view = view;
        this.store = store;
        this.settings = settings;
        this.seals = seals;
        this.targets = targets;
        this.lostSeal = new LostSeal(tools);
        this.tidying = new Tidying(tools, settings, store, acts);
        this.clock = tools.scheduler().newTimer("supervisor");
        this.lanes = tools.scheduler().newThreads("supervisor-of-one");
    }

    /** What was last seen of an instance's shards and since when, and when the next attempt may be made after a failure. */
    private static final class Sight {
        private final Scheduler scheduler;
        private final AtomicBoolean taken = new AtomicBoolean();
        private List<String> level = List.of();
        private long since;
        private long notBefore;
        private long nextTidying;
        private String lastWord = "";
        /** Commits that waited at the last look, and since when. */
        private final Map<String, Long> commits = new HashMap<>();

        Sight(Scheduler scheduler) {
            this.scheduler = scheduler;
            this.since = scheduler.nanoTime();
            this.notBefore = since;
            this.nextTidying = since + FIRST_TIDYING.toNanos();
        }

        boolean tidyingIsDue() {
            boolean due = scheduler.nanoTime() - nextTidying >= 0;
            if (due) {
                nextTidying = scheduler.nanoTime() + TIDYING.toNanos();
            }
            return due;
        }

        /** A change also ends the wait for the next attempt: what failed may have failed because it was not seen yet. */
        Duration unchangedFor(List<ShardTopology> topologies) {
            List<String> now = topologies.stream()
                    .map(t -> t.shard() + " " + t.state() + " " + t.epoch() + " " + t.move())
                    .toList();
            if (!now.equals(level)) {
                level = now;
                since = scheduler.nanoTime();
                notBefore = since;
            }
            return Duration.ofNanos(scheduler.nanoTime() - since);
        }

        /** How long the oldest of the commits has been seen waiting. */
        Duration hungFor(Set<String> waiting) {
            long now = scheduler.nanoTime();
            commits.keySet().retainAll(waiting);
            waiting.forEach(commit -> commits.putIfAbsent(commit, now));
            return commits.values().stream()
                    .map(begin -> Duration.ofNanos(now - begin))
                    .max(Duration::compareTo)
                    .orElse(Duration.ZERO);
        }

        boolean due() {
            return scheduler.nanoTime() - notBefore >= 0;
        }

        void defer() {
            notBefore = scheduler.nanoTime() + RETRY.toNanos();
        }

        /** Says something once, not twice a second. */
        void say(String word) {
            if (!word.equals(lastWord)) {
                LOG.info(word);
                lastWord = word;
            }
        }
    }

    void start() {
        clock.scheduleWithFixedDelay(this::lookAtAll, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** PostgreSQL goes on when the agent ends. */
    void stop() {
        clock.shutdownNow();
        lanes.shutdownNow();
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
            if (!lanes.isShutdown() && sight.taken.compareAndSet(false, true)) {
                begin(instance, sight);
            }
        }
    }

    /** What it throws would end all further looks. */
    private void begin(ManagedInstance instance, Sight sight) {
        try {
            lanes.execute(() -> lookIfIdle(instance, sight));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            sight.taken.set(false);
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
            sight.taken.set(false);
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
        Reaction reaction = Reaction.to(
                instance.record(),
                tools.node(),
                topologies,
                unchangedFor,
                instance.quietFor(),
                hung,
                tools.scheduler().clock().instant());
        // a guard that does its work is looked at again and again
        if (reaction != Reaction.NOTHING && reaction != Reaction.DISARM) {
            LOG.info("instance {}: {} because of {}", instance.record().instance(), reaction, sight.level);
        }
        if (reaction != Reaction.NOTHING) {
            FaultPoints.around(reaction.place(), "run", () -> carryOut(reaction, instance, seen, hung));
        }
        if (isDead(instance.record())) {
            revive(instance, sight);
        } else if (reaction == Reaction.NOTHING && sight.tidyingIsDue()) {
            tidying.look(instance, seen);
        }
        endStop(instance.record());
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
            sight.commits.clear();
            return false;
        }
        Set<String> waiting = tools.ask(instance.record(), PostgresSession::waitingCommits);
        return sight.hungFor(waiting).compareTo(instance.patience()) >= 0;
    }

    private void carryOut(
            Reaction reaction, ManagedInstance instance, List<Versioned<ShardTopology>> seen, boolean hung) {
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

    /** A stop that broke off, with its agent or at its limit, would leave what the seal holds behind for ever. */
    private void endStop(InstanceRecord record) {
        PostgresServer server = tools.server(record);
        if (record.role() == Role.DEMOTED
                && tools.directories().exists(record.dataDir())
                && (server.isHeld() || server.postmaster().isPresent())) {
            FaultPoints.around("supervisor", "stop", () -> server.stop(StopMode.IMMEDIATE, STOP_LIMIT));
            LOG.warn("instance {} is demoted and was still there: stopped", record.instance());
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
        if (isDead(instance.record())) {
            instance.update(record -> record.withStopped(false));
            FaultPoints.around(
                    "supervisor",
                    "orphans",
                    () -> tools.server(instance.record()).endHeldOrphans());
            resumeStandby(instance.record());
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

    private boolean isDead(InstanceRecord record) {
        boolean worked = record.job() != null && record.job().phase() == JobPhase.RUNNING;
        return !worked
                && !record.stopped()
                && record.role() != Role.DEMOTED
                && tools.directories().exists(record.dataDir())
                && !tools.runs(record);
    }

    private void revive(ManagedInstance instance, Sight sight) {
        InstanceRecord record = instance.record();
        StartRule.Answer answer =
                StartRule.decide(record, tools.node(), tools.directories().isStandby(record.dataDir()), newest(record));
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
                FaultPoints.around(
                        "supervisor", "start", () -> tools.server(record).start(START_LIMIT));
                sight.say("instance " + record.instance() + " runs again");
            }
        }
    }

    /** One that died in its promotion may not begin on the old timeline, whatever the record says of its role. */
    private void resumeStandby(InstanceRecord record) {
        TargetRecord target = record.target();
        OptionalInt old = target == null ? OptionalInt.empty() : OptionalInt.of(target.timeline());
        FaultPoints.around("supervisor", "resume", () -> tools.directories().resumeStandby(record.dataDir(), old));
    }

    /** A fresh read, because a grant may not come from a stale watch; empty when ZooKeeper cannot be asked (rule R8). */
    private Optional<List<ShardTopology>> newest(InstanceRecord record) {
        try {
            return Optional.of(store.readInstanceFresh(record.instance()).stream()
                    .map(Versioned::value)
                    .toList());
        } catch (DroverException e) {
            LOG.warn("ZooKeeper cannot be read: {}", e.getMessage());
            return Optional.empty();
        }
    }
}
