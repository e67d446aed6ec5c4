/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.Lsn;
import io.drover.api.time.Scheduler;
import io.drover.daemon.remote.Monitors;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Several machines with PostgreSQL on them, none of which exists: what a move relies on behaves as PostgreSQL does, which the tests
 * of the contract prove on both. Time and waits come from a scheduler; there is no thread and no clock of its own.
 *
 * <p>What it leaves out: tables, all WAL is kept until a slot is lost, and a checkpoint is a moment.
 */
public final class FakePostgres {
    /** Settings that only a move sets on machines like these. */
    private static final Set<String> OF_A_MOVE = Set.of(
            "synchronous_standby_names",
            "listen_addresses",
            "wal_keep_size",
            "autovacuum",
            "wal_init_zero",
            "wal_recycle",
            "recovery_end_command",
            "max_standby_streaming_delay",
            "wal_retrieve_retry_interval");

    /** How long a process waits for what has no limit. */
    static final Duration EVER = Duration.ofDays(1);

    private final Scheduler scheduler;
    private volatile FakeTimes times;
    private final ScheduledExecutorService timer;
    private final Map<String, FakeHost> hosts = new TreeMap<>();
    private final List<Acknowledgement> acknowledged = new ArrayList<>();
    private final FakeWaits waits = new FakeWaits();
    private final Map<String, Set<FakeClient>> clients = new HashMap<>();
    private final Map<String, Integer> lives = new HashMap<>();
    private final FakeMishaps mishaps = new FakeMishaps(this);
    private final List<Runnable> observers = new CopyOnWriteArrayList<>();
    private Optional<Consumer<String>> commitAlone = Optional.empty();
    private int lastPid = 1000;
    private long lastInstance;

    /** Empty machines appear as they are named. */
    public FakePostgres(Scheduler scheduler, FakeTimes times) {
        this(scheduler, times, 7_300_000_000_000_000_000L);
    }

    /**
     * The same beside others.
     *
     * @param before the first instance has the system identifier after this
     */
    public FakePostgres(Scheduler scheduler, FakeTimes times, long before) {
        this.lastInstance = before;
        this.scheduler = scheduler;
        this.times = times;
        this.timer = EventLoop.timerOf(scheduler, "fake-postgres");
    }

    /**
     * A commit that its client was told of.
     *
     * @param end of its record
     */
    public record Acknowledgement(String operation, String host, int port, int timeline, Lsn end, SyncLevel level) {}

    /**
     * A server that runs.
     *
     * @param takesWrites whether somebody may commit on it right now: a session that goes on, or one that may still log in
     */
    public record Running(
            String host, int port, Path dataDir, int timeline, boolean inRecovery, boolean held, boolean takesWrites) {}

    /** A commit in the WAL of a data directory. */
    public record Committed(String operation, int timeline, Lsn end) {}

    /** What befalls these machines from outside. */
    public FakeMishaps mishaps() {
        return mishaps;
    }

    /** What an agent on a machine reaches PostgreSQL through. One for each of its lives: see {@link FakeNode#abandon}. */
    public FakeNode node(String host) {
        change(() -> hosts.computeIfAbsent(host, FakeHost::new));
        return new FakeNode(this, host);
    }

    /** What a controller on a machine reads. */
    public Monitors monitors(String host) {
        return new FakeMonitors(this, host);
    }

    /**
     * Logs in as an application.
     *
     * @throws FakeFailure REFUSED
     */
    public FakeClient client(String from, String host, int port) {
        CompletableFuture<FakeClient> answer = new CompletableFuture<>();
        clientLater(from, host, port, Told.to(answer));
        return await(answer);
    }

    /** The same, for who does not wait. */
    public void clientLater(String from, String host, int port, Told<FakeClient> told) {
        new FakeLogin(this, from, host, port, told).begin();
    }

    /** Keeps a session, so that it ends with its application. */
    void opened(String from, FakeClient client) {
        Set<FakeClient> open = clients.computeIfAbsent(from, name -> new LinkedHashSet<>());
        open.removeIf(each -> !each.isOpen());
        open.add(client);
    }

    /** Tells the lives of an application apart. */
    synchronized int lifeOf(String client) {
        return lives.getOrDefault(client, 0);
    }

    // --- what a checker asks

    /** Calls after each change of anything on the machines, before anything else on its thread. */
    public void observe(Runnable observer) {
        observers.add(observer);
    }

    /** The servers that run. */
    public synchronized List<Running> running() {
        return servers().stream()
                .map(server -> new Running(
                        server.host.name,
                        server.place.port(),
                        server.place.dataDir(),
                        server.data.timeline,
                        server.recovering,
                        server.held,
                        takesWrites(server)))
                .toList();
    }

    /** The agent's own sessions write nothing of anybody's. */
    private static boolean takesWrites(FakeServer server) {
        boolean somebody = !server.held
                || server.backends.values().stream()
                        .anyMatch(each ->
                                !each.stopped && each.serves() && !each.gone() && !each.application.equals("drover"));
        return server.ready && !server.recovering && somebody;
    }

    /**
     * A standby whose stream holds.
     *
     * @param from whose WAL it receives
     * @param slot that it uses there
     * @param caughtUp whether it has had everything at some moment of this stream
     */
    public record Streaming(String host, String from, String slot, int timeline, boolean caughtUp) {}

    /** The streams between servers, as far as the network lets them. */
    public synchronized List<Streaming> streams() {
        return servers().stream()
                .flatMap(server -> server.receiver.stream().stream())
                .toList();
    }

    /**
     * Tells from now on of every commit that goes on although it shall wait for a standby by its own synchronous_commit, and whose
     * WAL no other machine has.
     */
    public synchronized void onCommitAlone(Consumer<String> told) {
        commitAlone = Optional.of(told);
    }

    /** How many servers take writes; two are one too many. */
    public synchronized int writable() {
        int found = 0;
        for (FakeHost host : hosts.values()) {
            for (FakeServer server : host.servers.values()) {
                if (takesWrites(server)) {
                    found++;
                }
            }
        }
        return found;
    }

    /** What the server at a place has loaded; empty when it is not set, or no server is there. */
    public synchronized String loaded(String host, int port, String setting) {
        return serverAt(host, port).map(server -> server.setting(setting)).orElse("");
    }

    /**
     * What a move leaves behind on the machines when it does not clean up: unfinished directories, changed settings, slots, processes
     * that stand still, a server that hears nobody.
     */
    public synchronized List<String> traces() {
        List<String> found = new ArrayList<>();
        for (FakeHost host : hosts.values()) {
            host.directories.forEach((path, data) -> tracesIn(host, path, data, found));
        }
        return found;
    }

    private static void tracesIn(FakeHost host, Path path, FakeDirectory data, List<String> found) {
        String where = " in " + path + " on " + host.name;
        String name = path.toString();
        if (name.contains(".set-aside-")) {
            return;
        }
        if (name.contains(".staging-") || name.contains(".rewinding-") || data.incomplete) {
            found.add("an unfinished directory" + where);
        }
        data.slots.names().forEach(slot -> found.add("slot " + slot + where));
        data.autoConf.forEach((setting, value) -> {
            if (OF_A_MOVE.contains(setting)) {
                found.add("setting " + setting + " = '" + value + "'" + where);
            }
        });
        if (!data.orphans.isEmpty()) {
            found.add("processes " + data.orphans + where);
        }
        if (host.serverIn(data).filter(server -> server.held).isPresent()) {
            found.add("a held server" + where);
        }
        if (host.serverIn(data).filter(FakeServer::isDeaf).isPresent()) {
            found.add("a server that hears nobody" + where);
        }
    }

    /** A machine with applications is gone, or the application on it: its sessions end. */
    public void closeSessionsOf(String client) {
        List<FakeClient> open;
        synchronized (this) {
            open = List.copyOf(clients.getOrDefault(client, Set.of()));
            clients.remove(client);
            lives.merge(client, 1, Integer::sum);
        }
        open.forEach(FakeClient::close);
    }

    /** The commits in a data directory, as far as they are replayed, in their order. */
    public synchronized List<Committed> committed(String host, Path dataDir) {
        FakeDirectory data = host(host).directories.get(dataDir);
        if (data == null) {
            return List.of();
        }
        Lsn seen =
                host(host).serverIn(data).map(server -> server.replayed(data)).orElse(data.wal.end());
        return data.wal.upTo(seen).stream()
                .filter(entry -> entry.kind() == Wal.Kind.COMMIT)
                .map(entry -> new Committed(String.valueOf(entry.operation()), entry.timeline(), entry.end()))
                .toList();
    }

    /** The commits that clients were told of, in the order in which they heard. */
    public synchronized List<Acknowledgement> acknowledged() {
        return List.copyOf(acknowledged);
    }

    // --- what happens to machines

    /** Whether some session is just writing a commit, and holds the lock of the WAL meanwhile. */
    public boolean isWriting(String host, int port) {
        return look(() -> serverAt(host, port).filter(FakeServer::walLocked).isPresent());
    }

    /** Whether a copy or a rewind is at work on a machine. */
    public boolean isWorkedOn(String host) {
        return look(() -> host(host).directories.values().stream()
                .map(data -> data.program)
                .anyMatch(program -> program != null && !program.ended));
    }

    // --- for the package

    FakeTimes times() {
        return times;
    }

    void times(FakeTimes changed) {
        times = changed;
    }

    /** The number that a promotion gives its timeline. */
    int timelineAfter(int old) {
        int next = old + 1;
        while (mishaps.isForeign(next)) {
            next++;
        }
        return next;
    }

    FakeHost host(String name) {
        FakeHost host = hosts.get(name);
        if (host == null) {
            throw new IllegalArgumentException("no machine is named " + name);
        }
        return host;
    }

    Optional<FakeServer> serverAt(String host, int port) {
        return Optional.ofNullable(hosts.get(host)).map(found -> found.servers.get(port));
    }

    Collection<FakeHost> hosts() {
        return hosts.values();
    }

    Optional<Consumer<String>> commitAlone() {
        return commitAlone;
    }

    List<FakeServer> servers() {
        return hosts.values().stream()
                .flatMap(host -> host.servers.values().stream())
                .toList();
    }

    boolean connected(String one, String other) {
        return one.equals(other) || !mishaps.areCut(one, other);
    }

    Duration delay(String one, String other) {
        return one.equals(other) ? times.network() : mishaps.delay(one, other).orElse(times.network());
    }

    int nextPid() {
        return ++lastPid;
    }

    InstanceId nextInstance() {
        return new InstanceId(Long.toString(++lastInstance));
    }

    void acknowledge(Acknowledgement told) {
        change(() -> acknowledged.add(told));
    }

    synchronized <T> T look(Supplier<T> question) {
        return question.get();
    }

    void change(Runnable action) {
        change(() -> {
            action.run();
            return Boolean.TRUE;
        });
    }

    <T extends @Nullable Object> T change(Supplier<T> action) {
        T result;
        List<Runnable> woken;
        synchronized (this) {
            try {
                result = action.get();
            } finally {
                for (FakeHost host : hosts.values()) {
                    for (FakeServer server : host.servers.values()) {
                        server.receiver.look();
                    }
                }
                woken = waits.ready();
            }
        }
        woken.forEach(Runnable::run);
        observers.forEach(Runnable::run);
        return result;
    }

    /** Tries until there is a result; each attempt is one moment. Empty when there is none within the limit. */
    <T> Optional<T> attempt(Duration limit, Supplier<@Nullable T> action) {
        return attempt(limit, () -> true, action);
    }

    /**
     * Tries until there is a result; each attempt is one moment. Empty when there is none within the limit.
     *
     * @param worthwhile changes nothing and tells whether another attempt may have a result; asked after each change
     */
    <T> Optional<T> attempt(Duration limit, BooleanSupplier worthwhile, Supplier<@Nullable T> action) {
        long begin = scheduler.nanoTime();
        while (true) {
            CompletableFuture<Void> next = new CompletableFuture<>();
            FakeWaits.Wait wait = null;
            T result;
            synchronized (this) {
                result = action.get();
                if (result == null) {
                    wait = waits.add(worthwhile, () -> next.complete(null));
                }
            }
            if (result != null) {
                change(() -> {});
                return Optional.of(result);
            }
            if (wait == null || !awaitChange(wait, next, limit.minusNanos(scheduler.nanoTime() - begin))) {
                return Optional.empty();
            }
        }
    }

    /** Waits for a fact, which nobody changes by asking. */
    boolean await(Duration limit, BooleanSupplier fact) {
        long begin = scheduler.nanoTime();
        while (true) {
            CompletableFuture<Void> next = new CompletableFuture<>();
            FakeWaits.Wait wait;
            synchronized (this) {
                if (fact.getAsBoolean()) {
                    return true;
                }
                wait = waits.add(fact, () -> next.complete(null));
            }
            if (!awaitChange(wait, next, limit.minusNanos(scheduler.nanoTime() - begin))) {
                return false;
            }
        }
    }

    /** Whether there was any time left to wait; then the caller looks once more. */
    private boolean awaitChange(FakeWaits.Wait wait, CompletableFuture<Void> next, Duration left) {
        try {
            if (left.isNegative() || left.isZero()) {
                return false;
            }
            scheduler.await(next, left);
            return true;
        } catch (TimeoutException e) {
            return true;
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("BUG: a change failed", e);
        } finally {
            synchronized (this) {
                waits.remove(wait);
            }
        }
    }

    /** Waits for what happens by itself, and fails as it does. */
    <T> T await(CompletableFuture<T> answer) {
        try {
            return scheduler.await(answer, EVER);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof FakeFailure failure ? failure : new IllegalStateException("BUG", e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("BUG: nothing comes of it", e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * Does something in one change as soon as a fact is true, and something else after it; waits for nothing itself.
     *
     * @param fact nobody changes it by asking
     */
    void when(BooleanSupplier fact, Runnable action, Runnable then) {
        synchronized (this) {
            if (!fact.getAsBoolean()) {
                waits.add(fact, () -> when(fact, action, then));
                return;
            }
        }
        boolean done = change(() -> {
            boolean still = fact.getAsBoolean();
            if (still) {
                action.run();
            }
            return still;
        });
        if (done) {
            then.run();
        } else {
            when(fact, action, then);
        }
    }

    void pause(Duration time) {
        try {
            scheduler.pause(time);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static DroverException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new DroverException(
                ErrorCode.TIMEOUT, "the wait was interrupted, because the process ends", null, cause);
    }

    /** Something that the machines do by themselves, whoever waits for it. */
    void later(Duration delay, Runnable action) {
        after(delay, () -> change(action));
    }

    /** The same, for what changes nothing on the machines, or does so itself. */
    @SuppressWarnings("FutureReturnValueIgnored") // nothing waits for it
    void after(Duration delay, Runnable action) {
        timer.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    Scheduler scheduler() {
        return scheduler;
    }
}
