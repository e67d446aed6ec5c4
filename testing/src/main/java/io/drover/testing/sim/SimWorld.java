/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.Move.Phase;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.fault.FaultPoint;
import io.drover.daemon.metrics.MoveObserver;
import io.drover.daemon.move.MoveControl;
import io.drover.daemon.move.Rehearsals;
import io.drover.testing.fake.FakePostgres;
import io.drover.testing.fake.FakeTimes;
import io.drover.testing.fake.FakeZooKeeper;
import io.drover.topology.ZkLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An installation with one shard: two controllers, an agent on each node, a client on the kit and a rogue one, all in production's own
 * code; ZooKeeper, PostgreSQL, processes, network and time are the simulation's. What must always hold is looked at after each change.
 */
public final class SimWorld {
    /** The shard. */
    public static final ShardId SHARD = new ShardId("shard_01");
    /** Where its servers listen. */
    public static final int PORT = 5433;

    private static final Duration POLL = Duration.ofSeconds(1);

    private static final int REFUSALS = 10;
    private static final Duration EAGER = Duration.ofMillis(60);
    private static final Duration HOT = Duration.ofMillis(500);
    private static final int HOT_FROM = 90;
    private static final int PAUSE_FROM = 110;
    private static final int PAUSE_TO = 150;
    private static final int HOT_TO = 160;

    private final SimScheduler scheduler;
    private final FakePostgres postgres;
    private final FakeZooKeeper zooKeeper;
    private final SimNetwork network;
    private final boolean eager;
    private final ThirdNode third;
    private final ScheduledExecutorService events;
    private final Invariants invariants = new Invariants(this);
    private final MoveRecords records = new MoveRecords();
    private final Map<String, SimMember> members = new LinkedHashMap<>();
    private final List<SimController> controllers = new ArrayList<>();
    private final Map<String, SimAgent> agents = new LinkedHashMap<>();
    private CompletableFuture<Boolean> change = new CompletableFuture<>();
    private int operations;
    private long stirred;
    private int moves;
    private int keys;

    private SimWorld(SimScheduler scheduler, SimOptions options) {
        this.scheduler = scheduler;
        this.postgres = new FakePostgres(scheduler.world(), FakeTimes.usual());
        this.zooKeeper = new FakeZooKeeper(scheduler.world(), ZkLayout.roots());
        this.network = new SimNetwork(scheduler.random());
        this.eager = options.eager();
        this.third = new ThirdNode(this, options.third());
        this.events = scheduler.world().newEvents("events");
        if (options.trace()) {
            scheduler.trace().keepLines();
        }
        for (int i = 1; i <= options.controllers(); i++) {
            SimController controller = new SimController(this, "controller_" + i, new Silent());
            controllers.add(controller);
            add(controller);
        }
        for (String node : options.nodes()) {
            SimAgent agent = new SimAgent(this, node);
            postgres.node(node);
            agents.put(node, agent);
            add(agent);
        }
        if (options.writers() > 0) {
            add(new SimClient(this, "client", options.writers()));
        }
        if (options.rogue()) {
            add(new SimRogue(this, "rogue"));
        }
        zooKeeper.observe(this::written);
        zooKeeper.beforeWrites(this::lag);
        postgres.observe(() -> check(invariants::afterChange));
    }

    /** Runs a scenario in a world of its own. The same seed and options give the same run. */
    public static SimScheduler.Run run(long seed, SimOptions options, Consumer<SimWorld> scenario) {
        return SimScheduler.run(seed, scheduler -> scenario.accept(new SimWorld(scheduler, options)));
    }

    /** Hears of every fault point that any process reaches, on the thread that reaches it. */
    public void onPoint(BiConsumer<SimMember, FaultPoint> listener) {
        members.values().forEach(member -> member.onPoint(point -> listener.accept(member, point)));
    }

    private void add(SimMember member) {
        members.put(member.name(), member);
    }

    // ---- its parts

    /** Time and chance. */
    public SimScheduler scheduler() {
        return scheduler;
    }

    /** The machines. */
    public FakePostgres postgres() {
        return postgres;
    }

    /** ZooKeeper. */
    public FakeZooKeeper zooKeeper() {
        return zooKeeper;
    }

    /** The network between processes. */
    public SimNetwork network() {
        return network;
    }

    /** Names of the nodes. */
    public List<String> nodes() {
        return List.copyOf(agents.keySet());
    }

    /** Names of all processes. */
    public List<String> names() {
        return List.copyOf(members.keySet());
    }

    /** A process by its name. */
    public SimMember member(String name) {
        SimMember found = members.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no process is named " + name);
        }
        return found;
    }

    SimAgent agent(String node) {
        SimAgent found = agents.get(node);
        if (found == null) {
            throw new IllegalArgumentException("no node is named " + node);
        }
        return found;
    }

    /** The controllers that believe to lead. */
    public List<SimController> leaders() {
        return controllers.stream()
                .filter(each -> each.isAlive() && each.leads())
                .toList();
    }

    // ---- what a scenario does

    /** Starts every process, and makes the shard on the first node. */
    public void begin() {
        controllers.forEach(SimMember::start);
        agents.values().forEach(SimMember::start);
        require(Duration.ofSeconds(60), "a leader", () -> !leaders().isEmpty());
        require(
                Duration.ofSeconds(60),
                "the nodes",
                () -> nodes().stream()
                        .allMatch(node ->
                                zooKeeper.content("/nodes/" + node + "/alive").isPresent()));
        ask(control ->
                control.shards().adopt(SHARD, new ShardAdoption(new NodeId(nodes().get(0)), null, PORT, "app", true)));
        third.join(order -> ask(control -> {
            order.accept(control);
            return true;
        }));
        members.values().forEach(SimMember::start);
    }

    /** Starts a move of the shard; returns when it is stored. */
    public MoveId startMove(String target) {
        return startMove(SimRequest.to(target, false, false, MoveRequest.Mode.AUTO, third.kind()));
    }

    /** Starts a move of the shard; returns when it is stored. */
    public MoveId startMove(MoveRequest request) {
        String key = "key-" + ++keys;
        for (int i = 0; i < REFUSALS; i++) {
            try {
                return createMove(request, key);
            } catch (DroverException e) {
                if (e.code() != ErrorCode.PREFLIGHT_FAILED || !third.kind().isThereFromTheBeginning()) {
                    throw e;
                }
                // another standby whose agent does not answer in time is a finding of the preflight: a person tries
                // again
                say(() -> "ordered again: " + e.getMessage());
                pause(Duration.ofSeconds(2));
            }
        }
        return createMove(request, key);
    }

    private MoveId createMove(MoveRequest request, String key) {
        return askUntilAnswered(control -> control.moves().create(request, Optional.of(key)))
                .id();
    }

    /** Asks a controller that leads, once. */
    public <T> T ask(Function<MoveControl, T> question) {
        List<SimController> leading = leaders();
        if (leading.isEmpty()) {
            throw new DroverException(ErrorCode.NO_LEADER, "no controller leads");
        }
        return ask(leading.get(draw(leading.size())), question);
    }

    private <T> T ask(SimController controller, Function<MoveControl, T> question) {
        CompletableFuture<T> answer = controller.ask(question);
        try {
            return scheduler.world().await(answer, Duration.ofSeconds(60));
        } catch (TimeoutException e) {
            throw new DroverException(ErrorCode.TIMEOUT, controller.name() + " did not answer", null, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof DroverException failure) {
                throw failure;
            }
            throw new AssertionError("a controller failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What each controller says of a move: one that has driven it from memory, another from ZooKeeper. */
    List<Move> views(MoveId move) {
        return controllers.stream()
                .map(each -> ask(each, control -> control.moves().get(move)))
                .toList();
    }

    /** Asks until some controller has answered, or refused for good. */
    public <T> T askUntilAnswered(Function<MoveControl, T> question) {
        for (int i = 0; i < 120; i++) {
            try {
                return ask(question);
            } catch (DroverException e) {
                if (!e.code().retryable() && e.code() != ErrorCode.LEADERSHIP_LOST && e.code() != ErrorCode.NO_LEADER) {
                    throw e;
                }
                say(() -> "asked again: " + e.getMessage());
                pause(Duration.ofMillis(500));
            }
        }
        throw new AssertionError("nobody answers");
    }

    /** Waits for a fact; answers whether it came true. */
    public boolean await(Duration limit, BooleanSupplier fact) {
        long end = scheduler.world().nanoTime() + limit.toNanos();
        while (!fact.getAsBoolean()) {
            Duration left = Duration.ofNanos(end - scheduler.world().nanoTime());
            if (left.isNegative() || left.isZero()) {
                return false;
            }
            try {
                scheduler.world().await(change, left.compareTo(POLL) < 0 ? left : POLL);
            } catch (TimeoutException e) {
                // looked at again
            } catch (ExecutionException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return true;
    }

    /** Waits for a fact that has to come true. */
    public void require(Duration limit, String what, BooleanSupplier fact) {
        if (!await(limit, fact)) {
            throw new AssertionError("not within " + limit + ": " + what + "; " + describe());
        }
    }

    /** Lets time pass. */
    public void pause(Duration time) {
        try {
            scheduler.world().pause(time);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Something that happens by itself, later; it must not wait. */
    public void later(Duration delay, Runnable action) {
        events.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Something that happens beside. */
    public void beside(String name, Runnable action) {
        ExecutorService threads = scheduler.world().newThreads(name);
        threads.execute(action);
    }

    /** Nothing gets from one machine to the other any more; {@code zookeeper} is a machine, too. */
    public void cut(String one, String other) {
        say(() -> "cut between " + one + " and " + other);
        network.cut(one, other);
        postgres.mishaps().cut(one, other);
        fromZooKeeper(one, other, true);
    }

    /** Takes {@link #cut} back. */
    public void mend(String one, String other) {
        say(() -> "mended between " + one + " and " + other);
        network.mend(one, other);
        postgres.mishaps().mend(one, other);
        fromZooKeeper(one, other, false);
    }

    private void fromZooKeeper(String one, String other, boolean cut) {
        if (one.equals("zookeeper")) {
            member(other).cutFromZooKeeper(cut);
        } else if (other.equals("zookeeper")) {
            member(one).cutFromZooKeeper(cut);
        }
    }

    /** Whatever was broken is mended: every process runs, every link holds, every server may start. */
    public void heal() {
        say(() -> "all is mended");
        network.weather(SimNetwork.Weather.CALM);
        List<String> machines = new ArrayList<>(members.keySet());
        machines.add("zookeeper");
        for (String one : machines) {
            for (String other : machines) {
                if (one.compareTo(other) < 0 && !network.connected(one, other)) {
                    mend(one, other);
                }
            }
        }
        nodes().forEach(node -> postgres.mishaps().fillDisk(node, false));
        agents.values().forEach(agent -> agent.files().fillDisk(false));
        zooKeeper.start();
        members.values().forEach(SimMember::thaw);
        members.values().forEach(SimMember::start);
    }

    // ---- what a scenario sees

    /** The topology as it is stored. */
    public ShardTopology topology() {
        ShardTopology known = invariants.topology();
        if (known == null) {
            throw new AssertionError("there is no topology yet");
        }
        return known;
    }

    /** The state in a move's record; empty when there is no such move. */
    public String state(MoveId move) {
        return records.state(move);
    }

    /** The row in a move's record; 0 before the first. */
    public int step(MoveId move) {
        return records.step(move);
    }

    /** Where moves have come to need a person, each time: the row, and the code of the error. */
    public List<String> needs() {
        return records.needs();
    }

    /** The moves that are stored. */
    public List<MoveId> moves() {
        return records.all();
    }

    /** Where the shard's servers have their data, on every node. */
    public Path dataDir() {
        return Path.of("/fake", SHARD.value(), "data");
    }

    /** The node beside source and target. */
    ThirdNode third() {
        return third;
    }

    /** A choice of the seed. */
    public int draw(int bound) {
        return scheduler.random().nextInt(bound);
    }

    /** Says something in the trace, when somebody reads it. */
    public void say(Supplier<String> line) {
        if (scheduler.trace().keepsLines()) {
            scheduler.say(line.get());
        }
    }

    /** Where everything stands, for a person. */
    public String describe() {
        StringBuilder text = new StringBuilder();
        records.all()
                .forEach(move -> text.append("move ")
                        .append(move)
                        .append(' ')
                        .append(state(move))
                        .append(" at ")
                        .append(step(move))
                        .append("; "));
        Optional.ofNullable(invariants.topology())
                .ifPresent(known -> text.append("topology ")
                        .append(known.state())
                        .append(" at ")
                        .append(known.epoch())
                        .append(" on ")
                        .append(known.primary().node())
                        .append("; "));
        leaders().forEach(leader -> text.append(leader.name()).append(" leads; "));
        return text.append(postgres.running()).toString();
    }

    // ---- invariants

    /** Looks at what must always hold. */
    public void checkInvariants() {
        invariants.afterChange();
        ShardTopology known = invariants.topology();
        if (known != null && known.state() == TopologyState.SERVING) {
            invariants.nothingIsLost(known);
        }
    }

    /** From now on no commit may be acknowledged that only the primary has, unless its session wants that. */
    void requireTwoCopies() {
        postgres.onCommitAlone(what -> scheduler.fail(new AssertionError(what)));
    }

    /**
     * Looks at what must hold when a move has come to rest and nothing is broken.
     *
     * @return what is wrong; empty when all is well
     */
    public List<String> checkEnd(MoveId move) {
        return new EndCheck(this).of(move);
    }

    private void check(Runnable rule) {
        try {
            rule.run();
        } catch (AssertionError e) {
            scheduler.fail(e);
        }
    }

    /** Of agents and controllers: a client that hears late of a fence is one that drains late. */
    private void lag() {
        controllers.forEach(this::lag);
        agents.values().forEach(this::lag);
    }

    private void lag(SimMember member) {
        Duration lag = network.lag();
        if (!lag.isZero()) {
            member.fallBehind(lag);
        }
    }

    private void written(List<String> paths) {
        for (String path : paths) {
            if (path.equals("/topology/" + SHARD)) {
                zooKeeper.content(path).ifPresent(content -> check(() -> invariants.afterTopology(content)));
            } else if (path.startsWith("/moves/")) {
                zooKeeper.content(path).ifPresent(content -> moveWritten(path, content));
            }
        }
        changed();
    }

    private void moveWritten(String path, byte[] content) {
        records.written(path, content, scheduler.world().nanoTime());
        say(() -> path.indexOf('/', 7) < 0 ? path + " " + records.describe(path) : historyLine(content));
    }

    private static String historyLine(byte[] content) {
        return "    " + new String(content, StandardCharsets.UTF_8);
    }

    void changed() {
        CompletableFuture<Boolean> past = change;
        change = new CompletableFuture<>();
        past.complete(true);
    }

    // ---- for the members

    Rehearsals rehearsals() {
        return Rehearsals.of(0, 0);
    }

    MoveId nextMoveId() {
        return new MoveId(String.format(Locale.ROOT, "%08x-0000", 0xa0000000L + ++moves));
    }

    String nextOperation(String by) {
        return by + "-" + ++operations;
    }

    String hostOf(SimProcess process) {
        return process.name();
    }

    /**
     * Clients write often when it matters, most often where a commit could get lost, and seldom else. Where it matters and nothing has
     * happened for a while, because somebody is frozen or away, they need not write so often.
     */
    Duration thinkingTime() {
        long now = scheduler.world().nanoTime();
        if (eager && records.isAny(PAUSE_FROM, PAUSE_TO, now - EAGER.toNanos())) {
            return Duration.ofNanos(50_000L + draw(2_000_000));
        }
        if (!records.isAny(HOT_FROM, HOT_TO, 0)) {
            return Duration.ofMillis(500 + draw(4000));
        }
        long lately = now - HOT.toNanos();
        boolean hot = stirred >= lately || records.isAny(HOT_FROM, HOT_TO, lately);
        return hot ? Duration.ofNanos(1_000_000L + draw(15_000_000)) : Duration.ofMillis(20 + draw(200));
    }

    /** Something breaks, or is mended. */
    void stir() {
        stirred = scheduler.world().nanoTime();
    }

    private static final class Silent implements MoveObserver {
        @Override
        public void leading(boolean leads) {}

        @Override
        public void stepStarted(MoveId move, int step) {}

        @Override
        public void stepFinished(MoveId move, int step) {}

        @Override
        public void pauseMeasured(MoveId move, double millis, List<Phase> phases, @Nullable Double predictedMillis) {}

        @Override
        public void notDrained(MoveId move, String client) {}

        @Override
        public void failed(ErrorCode code) {}

        @Override
        public void bytesCopied(MoveId move, long bytes) {}
    }
}
