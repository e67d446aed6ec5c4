/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.B;
import static io.drover.daemon.move.Moved.C;

import io.drover.api.Blocker;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Lsn;
import io.drover.api.NodeId;
import io.drover.api.PreflightReport;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.TopologyState;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.TargetFacts;
import io.drover.api.agent.Reports;
import io.drover.api.agent.Reports.ActsReport;
import io.drover.api.agent.Reports.Done;
import io.drover.api.agent.Reports.InstanceMemory;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.JobState;
import io.drover.api.agent.Reports.MemoryReport;
import io.drover.api.agent.Reports.NodeReport;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.SessionMark;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.daemon.preflight.When;
import io.drover.daemon.remote.Agents;
import io.drover.daemon.remote.Monitors;
import io.drover.fencing.FenceTransitions;
import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.BackupView;
import io.drover.replication.InstanceMonitor.BlockerView;
import io.drover.replication.InstanceMonitor.StandbyView;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Two nodes with agents and one instance, in memory: enough of their behaviour for the table and the driver. After every verb it
 * checks that at most one node could commit.
 */
final class FakeWorld implements Agents, Monitors, Checks {
    static final Lsn END = Lsn.parse("0/5000000");
    /** Where it ends when it is aligned. */
    static final Lsn ALIGNED = END.plus(-100);

    static final String DATA = "/data";

    private final TopologyStore topology;
    private final Map<NodeId, Node> nodes = new LinkedHashMap<>();
    private final List<String> violations = new ArrayList<>();
    /** Whether commits wait for the standby that the guard names. */
    boolean guardHolds = true;
    /** Somebody wrote past the boundary between row 95 and the seal. */
    boolean alignmentMissed;
    /** ZooKeeper does not answer the target's agent in the moment after the promotion. */
    boolean publicationFails;

    /** How a standby looks to its primary; null for one that streams close behind. */
    volatile @Nullable Supplier<Optional<StandbyView>> stream;

    /** How much filler each alignment writes. */
    volatile long fillerWritten;
    /** What the archive refuses. */
    volatile List<String> unarchived = List.of();
    /** What the control file of a stopped server says. */
    volatile String stoppedState = "shut down";
    /** Where the WAL of a server ends that was shut down in order. */
    static final Lsn SHUT_DOWN_END = Lsn.parse("0/50000A0");

    static final Lsn SHUT_DOWN_CHECKPOINT = Lsn.parse("0/5000028");
    /** What is read behind the last checkpoint of a server that was shut down in order. */
    volatile int recordsBehindTheCheckpoint;

    volatile int recordsPastTheSeal;
    /** The positions that the target was asked for, in order. */
    final List<Lsn> awaited = new CopyOnWriteArrayList<>();
    /** Rows that are on the copy only, for {@link Verb.RunCanaries}. */
    volatile boolean canariesDiffer;

    private boolean probing;
    int userCommitsPastFork;
    /** Records past the fork that are nobody's commit. */
    int recordsPastFork;
    /** Whether the old primary's control file says that pg_rewind works. */
    @Nullable
    Boolean rewindable = true;

    /** Called before and after each verb; may throw. */
    BiConsumer<String, Moment> hook = (verb, moment) -> {};

    /** Called before {@link #hook} with the verb itself, for what its name does not tell. */
    BiConsumer<NodeId, Verb<?>> listener = (node, verb) -> {};

    /** What stands in the way of a cutover, but for sessions that were ended. */
    volatile Supplier<List<Blocker>> blockers = List::of;
    /** The processes of sessions that were told to end, in order. */
    final List<Integer> ended = new CopyOnWriteArrayList<>();
    /** What goes on on the primary. */
    volatile Supplier<ActivityView> activity = () -> new ActivityView(END, 3, List.of());
    /** Called with each preflight. */
    Runnable onChecks = () -> {};

    enum Moment {
        BEFORE,
        AFTER
    }

    FakeWorld(TopologyStore topology) {
        this.topology = topology;
        nodes.put(A, new Node());
        nodes.put(B, new Node());
        nodes.put(C, new Node());
        Node source = on(A);
        source.exists = true;
        source.running = true;
        source.timeline = 1;
    }

    /** What a node has. */
    static final class Node {
        boolean exists;
        boolean staged;
        boolean running;
        boolean standby;
        boolean sealed;
        boolean replayPaused;
        int timeline;
        int setAside;
        /** How often its agent has rehearsed a pause since it was started. */
        int rehearsed;
        /** Another standby: whom it follows, and under what name. */
        @Nullable
        NodeId follows;

        /** Whom it followed before the journaled change. */
        @Nullable
        NodeId followedBefore;

        /** The name that commits wait for, by the row that set it; 0 for what an operator has set. */
        final TreeMap<Integer, String> synchronous = new TreeMap<>();

        final TreeSet<String> slots = new TreeSet<>();
        final TreeSet<Integer> settings = new TreeSet<>();
        JobState job = JobState.NONE;
        /** What the program of a job that failed printed last. */
        volatile @Nullable String jobError;

        @Nullable
        Token token;

        String synchronousNames() {
            return synchronous.isEmpty() ? "" : synchronous.lastEntry().getValue();
        }

        boolean canCommit() {
            return exists && running && !standby && !sealed;
        }
    }

    /** Another standby of the source, under its node's name. */
    void addStandbyOnC() {
        Node standby = on(C);
        standby.exists = true;
        standby.running = true;
        standby.standby = true;
        standby.timeline = 1;
        standby.follows = A;
        on(A).slots.add("slot_c");
    }

    Node on(NodeId id) {
        return nodes.get(id);
    }

    List<String> violations() {
        return violations;
    }

    /** What the source's agent does when the budget has run out and no controller has acted. */
    synchronized void watchdogAborts(NodeId source) {
        List<Versioned<ShardTopology>> aborting =
                topology.swap(topology.readInstance(Moved.INSTANCE), FenceTransitions::abort);
        on(source).sealed = false;
        topology.swap(aborting, FenceTransitions::reopen);
    }

    @Override
    public <R> R call(NodeId id, InstanceId instance, @Nullable Token token, Verb<R> verb, Duration limit) {
        String name = verb.path() + "@" + id;
        listener.accept(id, verb);
        hook.accept(name, Moment.BEFORE);
        R answer;
        synchronized (this) {
            accept(id, token);
            answer = verb.answer().cast(perform(id, verb));
            if (nodes.values().stream().filter(Node::canCommit).count() > 1) {
                violations.add("two writers after " + name);
            }
        }
        hook.accept(name, Moment.AFTER);
        return answer;
    }

    /** As an agent does (R3): a command that was overtaken on its way, such as the stop beside a promotion, does nothing. */
    private void accept(NodeId id, @Nullable Token token) {
        Node node = on(id);
        Token highest = node.token;
        if (token != null && highest != null && token.compareTo(highest) < 0) {
            throw new DroverException(ErrorCode.TOKEN_REFUSED, "a later command came first");
        }
        node.token = token == null ? highest : token;
    }

    private Object perform(NodeId id, Verb<?> verb) {
        Node node = on(id);
        Done done = new Done(verb.path());
        if (verb instanceof Verb.Adopt || verb instanceof Verb.AdoptStandby) {
            return instance(id, Moved.INSTANCE);
        } else if (verb instanceof Verb.CreateSlot create) {
            node.slots.add(create.slot().value());
            return new Reports.SlotReport(create.slot().value(), END);
        } else if (verb instanceof Verb.DropSlot drop) {
            node.slots.remove(drop.slot().value());
            return done;
        } else if (verb instanceof Verb.StartCopy) {
            node.staged = !node.exists;
            node.job = JobState.DONE;
            return job(id, Moved.INSTANCE);
        } else if (verb instanceof Verb.DiscardCopy) {
            node.staged = false;
            node.job = JobState.NONE;
            return done;
        } else if (verb instanceof Verb.StartStandby) {
            node.exists = true;
            node.staged = false;
            node.running = true;
            node.standby = true;
            node.timeline = on(other(id)).timeline;
            node.follows = id.equals(C) ? B : null;
            return instance(id, Moved.INSTANCE);
        } else if (verb instanceof Verb.Stop) {
            if (node.canCommit()) {
                throw new DroverException(ErrorCode.TOKEN_REFUSED, "the instance serves");
            }
            node.running = false;
            return new Reports.StopReport(stoppedState, 1, SHUT_DOWN_CHECKPOINT);
        } else if (verb instanceof Verb.SetAside) {
            node.setAside += node.exists ? 1 : 0;
            node.follows = null;
            node.followedBefore = null;
            node.exists = false;
            node.sealed = false;
            node.slots.clear();
            node.settings.clear();
            return new Reports.SetAsideReport(List.of());
        } else if (verb instanceof Verb.RemoveCopy) {
            node.setAside -= node.setAside > 0 ? 1 : 0;
            return new Reports.SetAsideReport(List.of());
        } else if (verb instanceof Verb.Purge) {
            return new Reports.SetAsideReport(List.of());
        } else if (verb instanceof Verb.PrepareStandby) {
            return done;
        } else if (verb instanceof Verb.PrepareTarget) {
            node.settings.add(MoveSteps.ARM);
            return done;
        } else if (verb instanceof Verb.ArmGuard) {
            node.settings.add(80);
            return done;
        } else if (verb instanceof Verb.PrepareSeal) {
            node.settings.add(95);
            return done;
        } else if (verb instanceof Verb.RestoreSettings restore) {
            node.settings.removeIf(step -> restore.step() == 0 || restore.step() == step);
            node.synchronous.keySet().removeIf(step -> step > 0 && (restore.step() == 0 || restore.step() == step));
            if (node.followedBefore != null) {
                node.follows = node.followedBefore;
                node.followedBefore = null;
            }
            return done;
        } else if (verb instanceof Verb.Follow follow) {
            node.followedBefore =
                    follow.lasting() ? null : node.followedBefore == null ? node.follows : node.followedBefore;
            node.follows = follow.host().value().equals(Moved.ON_A.host()) ? A : B;
            if (!on(node.follows).slots.contains(follow.slot().value())) {
                violations.add("no slot " + follow.slot() + " for " + id + " on " + node.follows);
            }
            node.settings.removeIf(step -> follow.lasting());
            if (!follow.lasting()) {
                node.settings.add(MoveSteps.FOLLOW);
            }
            return done;
        } else if (verb instanceof Verb.SetSynchronousStandbys set) {
            node.synchronous.put(MoveSteps.FOLLOW, set.names().value());
            return done;
        }
        return performInPause(id, node, verb, done);
    }

    private Reports.PublishReport publish() {
        List<Versioned<ShardTopology>> current = topology.readInstance(Moved.INSTANCE);
        if (current.get(0).value().state() == TopologyState.PROMOTING) {
            topology.swap(current, FenceTransitions::serve);
        }
        return new Reports.PublishReport(current.get(0).value().epoch().next(), 1);
    }

    private Object performInPause(NodeId id, Node node, Verb<?> verb, Done done) {
        if (verb instanceof Verb.SetReplay replay) {
            node.replayPaused = replay.paused();
            notifyAll();
            return done;
        } else if (verb instanceof Verb.ProbeGuard) {
            return probe(on(other(id)));
        } else if (verb instanceof Verb.EndSessions end) {
            require(TopologyState.SERVING);
            List<Integer> pids = end.sessions().stream().map(SessionMark::pid).toList();
            ended.addAll(pids);
            return new Reports.EndedReport(pids);
        } else if (verb instanceof Verb.AlignWal) {
            return alignmentMissed
                    ? new Reports.AlignReport(END, 100, fillerWritten)
                    : new Reports.AlignReport(ALIGNED, 100, fillerWritten);
        } else if (verb instanceof Verb.Rehearse) {
            node.rehearsed++;
            return new Reports.RehearsalReport(
                    node.rehearsed,
                    new Reports.SealReport(END, node.timeline, 0, Reports.Standstill.HELD, 0, 0, 0),
                    new Reports.ReplayReport(END, 0),
                    new Reports.PromotedReport(new Reports.PromoteReport(node.timeline, END, 0), null),
                    new Reports.PublishReport(new FenceEpoch(1), 0),
                    new Reports.StopReport("", 0, END),
                    new Reports.TailReport(0, List.of(), null));
        } else if (verb instanceof Verb.Seal) {
            require(TopologyState.FENCED);
            node.sealed = true;
            return new Reports.SealReport(END, node.timeline, 8, Reports.Standstill.HELD, 1, 1, 1);
        } else if (verb instanceof Verb.Unseal) {
            require(TopologyState.ABORTING);
            node.sealed = false;
            // one that was stopped is started again
            node.running = true;
            return done;
        } else if (verb instanceof Verb.AwaitReplayed await) {
            awaited.add(await.lsn());
            return new Reports.ReplayReport(await.lsn(), 1);
        } else if (verb instanceof Verb.HaltAndReadTail) {
            require(TopologyState.FENCED);
            if (!node.sealed) {
                throw new DroverException(ErrorCode.STATE_CONFLICT, "the instance is not sealed");
            }
            node.running = false;
            return new Reports.TailReport(recordsPastTheSeal, List.of(), null);
        } else if (verb instanceof Verb.ReadTail read) {
            return read.lsn().equals(SHUT_DOWN_CHECKPOINT)
                    ? new Reports.TailReport(1 + recordsBehindTheCheckpoint, List.of(), SHUT_DOWN_END)
                    : new Reports.TailReport(0, List.of(), null);
        } else if (verb instanceof Verb.Promote promote) {
            if (node.standby) {
                require(TopologyState.PROMOTING);
                // what its commits will wait for is nobody's to take back from here on
                String kept = node.synchronousNames();
                node.synchronous.clear();
                if (!kept.isEmpty()) {
                    node.synchronous.put(0, kept);
                }
                node.standby = false;
                node.timeline = promote.oldTimeline() + 1;
            }
            return new Reports.PromotedReport(
                    new Reports.PromoteReport(node.timeline, promote.atLeast(), 1),
                    publicationFails ? null : publish());
        } else if (verb instanceof Verb.Publish) {
            return publish();
        } else if (verb instanceof Verb.ArchiveUpTo) {
            return new Reports.ArchiveReport(true, List.of(), unarchived);
        } else if (verb instanceof Verb.Audit) {
            int records = userCommitsPastFork + recordsPastFork;
            boolean none = records == 0;
            return new Reports.AuditReport(
                    records,
                    userCommitsPastFork,
                    0,
                    List.of(),
                    none ? null : END.plus(records),
                    none ? null : rewindable);
        } else if (verb instanceof Verb.Rejoin) {
            node.running = true;
            node.standby = true;
            node.sealed = false;
            node.timeline = on(other(id)).timeline;
            node.job = JobState.DONE;
            node.settings.clear();
            node.synchronous.keySet().removeIf(step -> step > 0);
            return job(id, Moved.INSTANCE);
        } else if (verb instanceof Verb.RunCanaries) {
            return new Reports.CanaryReport(List.of(canariesDiffer ? "hash on " + id : "hash"));
        } else if (verb instanceof Verb.CountRows) {
            return new Reports.CountReport(Map.of("app.public.ledger", 10L));
        }
        return done;
    }

    /** The probe of the guard: a commit that waits for the standby, unless the guard is set and has no effect. */
    private Reports.GuardProbeReport probe(Node standby) {
        probing = true;
        try {
            while (guardHolds && standby.replayPaused) {
                wait(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            probing = false;
        }
        return new Reports.GuardProbeReport(true, 1);
    }

    private void require(TopologyState state) {
        TopologyState now = topology.readInstance(Moved.INSTANCE).get(0).value().state();
        if (now != state) {
            throw new DroverException(ErrorCode.TOKEN_REFUSED, "the topology says " + now + ", not " + state);
        }
    }

    private static NodeId other(NodeId id) {
        return id.equals(A) ? B : A;
    }

    @Override
    public synchronized InstanceReport instance(NodeId id, InstanceId instance) {
        Node node = on(id);
        if (!node.exists) {
            throw new DroverException(ErrorCode.NOT_FOUND, "no instance on " + id);
        }
        return new InstanceReport(
                instance,
                List.of(Moved.SHARD),
                "app",
                DATA,
                "/run",
                5433,
                node.standby ? Role.STANDBY : Role.PRIMARY,
                node.running,
                node.standby,
                timeline(node),
                END,
                node.standby,
                node.sealed ? new FenceEpoch(2) : null,
                node.settings.isEmpty() || node.token == null ? null : node.token.move());
    }

    /** Another standby is on the timeline of whom it follows. */
    private int timeline(Node node) {
        return node.follows == null || !on(node.follows).exists ? node.timeline : on(node.follows).timeline;
    }

    @Override
    public JobReport job(NodeId id, InstanceId instance) {
        return new JobReport("copy", on(id).job, "copy", on(id).jobError, 100);
    }

    @Override
    public void checkLogin(Endpoint instance) {
        on(instance.node());
    }

    @Override
    public Optional<StandbyView> standby(Endpoint primary, String applicationName) {
        Supplier<Optional<StandbyView>> seen = stream;
        if (seen != null) {
            return seen.get();
        }
        Node standby = on(C).exists && applicationName.equals(C.value()) ? on(C) : on(other(primary.node()));
        if (standby.follows != null && !standby.follows.equals(primary.node())) {
            return Optional.empty();
        }
        return standby.running && standby.standby ? Optional.of(new StandbyView("streaming", 0, 0)) : Optional.empty();
    }

    @Override
    public Optional<BackupView> baseBackup(Endpoint source) {
        return Optional.of(new BackupView(100, 100));
    }

    @Override
    public synchronized boolean holdsWal(Endpoint primary, String slot) {
        return on(primary.node()).slots.contains(slot);
    }

    @Override
    public synchronized boolean guardProbeWaits(Endpoint primary) {
        return probing;
    }

    @Override
    public List<BlockerView> blockers(Endpoint primary) {
        return blockers.get().stream()
                .filter(blocker -> !ended.contains(blocker.pid()))
                .map(blocker -> new BlockerView(blocker, mark(blocker)))
                .toList();
    }

    private static @Nullable SessionMark mark(Blocker blocker) {
        return blocker.pid() != null && blocker.kind().terminable() ? new SessionMark(blocker.pid(), 1, 2) : null;
    }

    @Override
    public ActivityView activity(Endpoint primary) {
        return activity.get();
    }

    @Override
    public PreflightReport run(MoveRecord record, When when) {
        onChecks.run();
        return PreflightReport.of(List.of());
    }

    /** Its agents know of no instance until one is adopted. */
    void hideInstances() {
        hidden = true;
    }

    private volatile boolean hidden;

    @Override
    public synchronized NodeReport node(NodeId id) {
        List<InstanceReport> instances =
                on(id).exists && !hidden ? List.of(instance(id, Moved.INSTANCE)) : List.<InstanceReport>of();
        return new NodeReport(
                id, "127.0.0.1", "x86_64", "2.36", "72", 15, "/var/lib/drover", 2, 2, List.of(), instances);
    }

    /** What its agents remember, when a test says so. */
    final Map<NodeId, InstanceMemory> memories = new ConcurrentHashMap<>();

    @Override
    public MemoryReport memory(NodeId id) {
        InstanceMemory memory = memories.get(id);
        return new MemoryReport(id, "127.0.0.1", memory == null ? List.of() : List.of(memory));
    }

    @Override
    public synchronized InstanceFacts facts(NodeId id, InstanceId instance) {
        Node node = on(id);
        if (id.equals(C) && !node.running) {
            throw new DroverException(ErrorCode.NODE_UNREACHABLE, "no route to " + id);
        }
        String slot = node.follows == null
                ? ""
                : on(node.follows).slots.stream()
                        .filter(each -> each.equals("slot_c") || each.endsWith("_s1"))
                        .findFirst()
                        .orElse("");
        return SampleInstance.of(instance, timeline(node), node.synchronousNames(), C.value(), slot, node.standby);
    }

    @Override
    public ActsReport acts(NodeId node) {
        return new ActsReport(List.of());
    }

    @Override
    public TargetFacts targetFacts(NodeId node, ShardId shard, Endpoint source, List<String> tablespaces) {
        throw new UnsupportedOperationException("the fake checks need no facts");
    }
}
