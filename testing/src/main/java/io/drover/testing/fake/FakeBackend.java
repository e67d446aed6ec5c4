/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.Lsn;
import io.drover.api.agent.SessionMark;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/** A process of a server that serves one session. */
final class FakeBackend {
    private static final long NANOS_PER_MICRO = 1000;

    final int pid;
    final FakeServer server;
    final String application;
    /** SIGSTOP. */
    boolean stopped;
    /** SIGTERM, which it heeds outside of a critical section. */
    boolean terminated;

    private final FakePostgres world;
    private final boolean serves;
    private final long started;
    private boolean critical;
    private boolean closed;
    private boolean waits;
    private Lsn awaited = new Lsn(0);
    private OptionalLong begun = OptionalLong.empty();

    FakeBackend(FakePostgres world, FakeServer server, int pid, String application, boolean serves) {
        this.world = world;
        this.server = server;
        this.pid = pid;
        this.application = application;
        this.serves = serves;
        this.started = world.scheduler().nanoTime() / NANOS_PER_MICRO;
    }

    /** A commit whose record is written and that has waited for whom it has to. */
    record Commit(int timeline, Lsn end) {}

    /** Whether it serves a session, and no standby. */
    boolean serves() {
        return serves;
    }

    /** It ends with its server. */
    boolean end() {
        closed = true;
        return true;
    }

    boolean killIfStopped() {
        closed |= stopped;
        return stopped;
    }

    /** Begins a transaction, unless it is in one. */
    void begin() {
        if (begun.isEmpty()) {
            begun = OptionalLong.of(world.scheduler().nanoTime());
        }
    }

    /** The transaction that it is in; nobody else's, and no other of its own. */
    SessionMark mark() {
        return new SessionMark(pid, started, begun.orElse(0) / NANOS_PER_MICRO);
    }

    /** How long its transaction has been open; zero when it has none. */
    Duration open() {
        return begun.isEmpty() || gone()
                ? Duration.ZERO
                : Duration.ofNanos(world.scheduler().nanoTime() - begun.orElseThrow());
    }

    boolean awaitsStandby(Lsn end, SyncLevel level) {
        waits = !server.synced(end, level);
        awaited = end;
        return waits;
    }

    /** Whether it never runs an instruction again. */
    boolean gone() {
        return closed || server.dead || terminated && !critical && !stopped;
    }

    boolean holdsWalLock() {
        return critical;
    }

    boolean waitsForStandby() {
        return waits && !gone();
    }

    /** The commit that waits, by its session and its record. */
    String awaited() {
        return pid + "/" + awaited;
    }

    void close() {
        world.change(() -> {
            closed = true;
            server.backends.remove(pid);
        });
    }

    /** Returns when the process may go on; throws when it never will. */
    void goOn() {
        world.pause(world.times().question());
        world.await(FakePostgres.EVER, this::runs);
        world.look(() -> {
            requireAlive();
            return this;
        });
    }

    /** Whether it goes on, or never will. */
    private boolean runs() {
        return !stopped || gone();
    }

    /**
     * Commits, as PostgreSQL does: the record is written in a critical section, then the commit waits for the standbys.
     *
     * @param told when it need not wait any more; a failure is READ_ONLY, or LOST when nobody knows whether it is committed
     */
    void commit(Wal.Kind kind, String operation, SyncLevel level, Told<Commit> told) {
        Runnable write = () -> write(kind, operation, level, told);
        world.after(
                world.times().question(),
                () -> step(
                        this::mayWrite,
                        this::enter,
                        told,
                        () -> world.after(world.times().commit(), write)));
    }

    /** One moment of a commit: when a fact is true, unless the session has ended before. */
    private void step(BooleanSupplier fact, Runnable action, Told<Commit> told, Runnable then) {
        FakeFailure[] failure = new FakeFailure[1];
        world.when(
                () -> gone() || fact.getAsBoolean(),
                () -> {
                    try {
                        requireAlive();
                        action.run();
                    } catch (FakeFailure e) {
                        failure[0] = e;
                    }
                },
                () -> {
                    if (failure[0] == null) {
                        then.run();
                    } else {
                        told.told(null, failure[0]);
                    }
                });
    }

    private boolean mayWrite() {
        return server.recovering || !stopped && !server.walLocked();
    }

    private void enter() {
        if (server.recovering) {
            begun = OptionalLong.empty();
            throw new FakeFailure(FakeFailure.Kind.READ_ONLY, "cannot execute INSERT in a read-only transaction");
        }
        begin();
        critical = true;
    }

    private void write(Wal.Kind kind, String operation, SyncLevel level, Told<Commit> told) {
        Commit[] made = new Commit[1];
        Runnable append = () -> {
            critical = false;
            Lsn end = server.append(kind, operation);
            made[0] = new Commit(server.data.timeline, end);
        };
        BooleanSupplier synced = () -> !awaitsStandby(made[0].end(), level) && !stopped;
        Runnable release = () -> {
            begun = OptionalLong.empty();
            server.released(kind, operation, made[0], level);
        };
        step(this::runs, append, told, () -> step(synced, release, told, () -> told.told(made[0], null)));
    }

    private void requireAlive() {
        if (gone()) {
            throw new FakeFailure(FakeFailure.Kind.LOST, "the server closed the connection unexpectedly");
        }
    }
}
