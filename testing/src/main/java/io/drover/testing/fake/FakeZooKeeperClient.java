/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static java.util.Objects.requireNonNull;

import io.drover.api.time.Scheduler;
import io.drover.testing.fake.Network.Fate;
import io.drover.testing.fake.Network.Kind;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperSession;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.jspecify.annotations.Nullable;

/**
 * One process's connection to a {@link FakeZooKeeper}. It connects anew by itself, begins a new session when the old one has ended,
 * and counts one as lost when it was cut off for longer than the timeout; besides, a test does to it what it likes.
 */
public final class FakeZooKeeperClient implements ZooKeeperClient {
    private static final Duration RECONNECT = Duration.ofMillis(20);
    /** How long a request waits for a connection before it fails. */
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);

    private final FakeZooKeeper server;
    private final String name;
    private final Duration timeout;
    private final Scheduler scheduler;
    private final Network network;
    private final FakeProcess process;
    private final Pipe notices;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    // Guarded by the server.
    private final Set<Request<?>> waiting = new LinkedHashSet<>();
    private FakeZooKeeperSession session;
    private @Nullable FakeConnection connection;
    private long connectings;
    private boolean cut;
    private boolean closed;

    FakeZooKeeperClient(FakeZooKeeper server, String name, Duration timeout, Scheduler scheduler, Network network) {
        this.server = requireNonNull(server, "server is null");
        this.name = requireNonNull(name, "name is null");
        this.timeout = requireNonNull(timeout, "timeout is null");
        this.scheduler = requireNonNull(scheduler, "scheduler is null");
        this.network = requireNonNull(network, "network is null");
        this.process = new FakeProcess(server, scheduler, "fake-zookeeper-client " + name);
        this.notices = new Pipe(server, process::after);
        this.session = new FakeZooKeeperSession(server, this);
    }

    @Override
    public Scheduler scheduler() {
        return scheduler;
    }

    @Override
    public ZooKeeperSession session() throws KeeperException {
        synchronized (server) {
            if (closed) {
                throw KeeperException.create(Code.CONNECTIONLOSS);
            }
            return session;
        }
    }

    @Override
    public boolean isConnected() {
        synchronized (server) {
            return connection != null;
        }
    }

    @Override
    public boolean isOpen() {
        synchronized (server) {
            return !closed;
        }
    }

    @Override
    public void addListener(Listener listener) {
        listeners.add(listener);
    }

    @Override
    public void removeListener(Listener listener) {
        listeners.remove(listener);
    }

    @Override
    public void close() {
        server.atomically(() -> {
            if (closed) {
                return;
            }
            closed = true;
            FakeConnection last = connection;
            connection = null;
            fail(waiting, Code.SESSIONEXPIRED);
            if (last != null) {
                fail(last.takeUnanswered(), Code.SESSIONEXPIRED);
                if (!last.isBroken() && !fate(Kind.REQUEST, "close", "/").lost()) {
                    last.markBroken();
                    server.end(last.session());
                } else {
                    breakOff(last, Duration.ZERO);
                }
            }
            server.afterwards(process::close);
        });
    }

    /** Cuts the connection, and refuses others until it is healed. */
    public void cut() {
        server.atomically(() -> {
            cut = true;
            disconnect();
        });
    }

    /** Lets it connect again, at once. */
    public void heal() {
        server.atomically(() -> {
            cut = false;
            attemptSoon();
        });
    }

    /**
     * The server that it is connected to falls behind the others, as a follower does that is slow to carry out what the leader has
     * committed: reads and lists are as of now and watches are silent, until {@link #catchUp} or whatever else brings it up to date.
     * What does rests on ZooKeeper's guarantees: a write or a transaction, also one that is refused, goes through the leader and is
     * answered when this server has come to it; a sync waits for it; what a watch tells comes before an answer that shows it; and
     * who connects anew finds a server that is not older than what was seen before.
     */
    public void fallBehind() {
        server.atomically(() -> {
            if (connection != null) {
                connection.fallBehind();
            }
        });
    }

    /** The same, for so long at most. */
    public void fallBehind(Duration most) {
        server.atomically(() -> {
            FakeConnection present = connection;
            if (present != null) {
                present.fallBehind();
                server.afterwards(() -> server.after(most, () -> server.atomically(present::catchUp)));
            }
        });
    }

    /** The server that it is connected to has all that was written. */
    public void catchUp() {
        server.atomically(() -> {
            if (connection != null) {
                connection.catchUp();
            }
        });
    }

    /** Ends the session at the server, whether the client is heard of or not. */
    public void expire() {
        server.atomically(() -> {
            ServerSession mine = server.find(session.id());
            if (mine != null) {
                server.end(mine);
            }
        });
    }

    /** The process stands still: nothing reaches it, and the server hears nothing of it. Its other threads are the scheduler's. */
    public void freeze() {
        server.atomically(() -> {
            process.freeze();
            FakeConnection present = connection;
            if (present != null && !present.isBroken()) {
                server.awaitExpiry(present.session());
            }
        });
    }

    /** It goes on. After two thirds of the timeout it takes the connection for dead. */
    public void thaw() {
        server.atomically(() -> {
            Duration still = process.thaw();
            FakeConnection present = connection;
            if (present != null && !present.isBroken()) {
                if (still.multipliedBy(3).compareTo(timeout.multipliedBy(2)) > 0) {
                    disconnect();
                } else {
                    present.session().heard();
                }
            }
        });
    }

    /** The process is gone: nothing is told to it any more, and its session expires in time. */
    public void crash() {
        server.atomically(() -> {
            process.crash();
            disconnect();
        });
    }

    // What follows is for the server, the session and the connection.

    <T> CompletableFuture<T> send(FakeZooKeeperSession from, String operation, String path, Request.Call<T> call) {
        Request<T> request = new Request<>(operation, path, call, new CompletableFuture<>());
        server.atomically(() -> {
            FakeConnection present = connection;
            if (closed || from != session) {
                fail(List.of(request), Code.SESSIONEXPIRED);
            } else if (present != null) {
                present.send(request);
            } else {
                waiting.add(request);
                server.afterwards(() -> process.after(CONNECT_LIMIT, () -> giveUp(request)));
            }
        });
        return request.answer();
    }

    private void giveUp(Request<?> request) {
        server.atomically(() -> {
            if (waiting.remove(request)) {
                fail(List.of(request), Code.CONNECTIONLOSS);
            }
        });
    }

    FakeProcess process() {
        return process;
    }

    Fate fate(Kind kind, String operation, String path) {
        return network.fate(new Network.Message(name, kind, operation, path));
    }

    /** Under the monitor: the connection is dead, whoever has noticed it. */
    void disconnect() {
        FakeConnection present = connection;
        if (present != null) {
            breakOff(present, Duration.ZERO);
        }
    }

    void breakOff(FakeConnection dead, Duration noticedAfter) {
        if (dead.isBroken()) {
            return;
        }
        dead.markBroken();
        server.awaitExpiry(dead.session());
        server.afterwards(() -> process.after(noticedAfter, () -> process.alive(() -> notice(dead))));
    }

    private void notice(FakeConnection dead) {
        server.atomically(() -> {
            if (connection != dead) {
                return;
            }
            connection = null;
            fail(dead.takeUnanswered(), Code.CONNECTIONLOSS);
            say(State.SUSPENDED);
            long since = connectings;
            server.afterwards(() -> process.after(RECONNECT, this::attempt));
            server.afterwards(() -> process.after(timeout, () -> process.alive(() -> countAsLost(since))));
        });
    }

    private void countAsLost(long since) {
        server.atomically(() -> {
            if (connection == null && connectings == since && !closed) {
                beginAnew();
            }
        });
    }

    private void beginAnew() {
        connectings++;
        fail(waiting, Code.SESSIONEXPIRED);
        session = new FakeZooKeeperSession(server, this);
        say(State.LOST);
    }

    void attemptSoon() {
        server.afterwards(() -> process.after(Duration.ZERO, this::attempt));
    }

    void attempt() {
        process.alive(() -> server.atomically(this::connect));
    }

    private void connect() {
        if (connection != null || closed || cut || !server.isUp()) {
            return;
        }
        ServerSession mine = session.id() == 0 ? server.begin(timeout) : server.find(session.id());
        if (mine == null) {
            beginAnew();
            mine = server.begin(timeout);
        }
        FakeConnection fresh = new FakeConnection(
                server, this, mine, new Pipe(server, server::after), new Pipe(server, process::after));
        mine.attach(fresh);
        session.begun(mine.id());
        connection = fresh;
        connectings++;
        say(State.CONNECTED);
        List<Request<?>> late = List.copyOf(waiting);
        waiting.clear();
        late.forEach(fresh::send);
    }

    private void say(State state) {
        List<Listener> now = List.copyOf(listeners);
        notices.send(
                Duration.ZERO,
                false,
                () -> process.alive(
                        () -> now.stream().filter(listeners::contains).forEach(listener -> listener.changed(state))));
    }

    private void fail(Collection<? extends Request<?>> requests, Code code) {
        List.copyOf(requests).forEach(request -> server.afterwards(() -> request.fail(code)));
        waiting.removeAll(List.copyOf(requests));
    }
}
