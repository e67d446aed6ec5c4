/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.Lsn;
import java.time.Duration;

/** A process of a server that serves one session. */
final class FakeBackend {
    private static final Duration EVER = Duration.ofDays(1);

    final int pid;
    final FakeServer server;
    final String application;
    /** SIGSTOP. */
    boolean stopped;
    /** SIGTERM, which it heeds outside of a critical section. */
    boolean terminated;

    private final FakePostgres world;
    private final boolean serves;
    private boolean critical;
    private boolean closed;
    private boolean waits;

    FakeBackend(FakePostgres world, FakeServer server, int pid, String application, boolean serves) {
        this.world = world;
        this.server = server;
        this.pid = pid;
        this.application = application;
        this.serves = serves;
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

    boolean awaitsStandby(Lsn end, SyncLevel level) {
        waits = !server.synced(end, level);
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

    void close() {
        world.change(() -> {
            closed = true;
            server.backends.remove(pid);
        });
    }

    /** Returns when the process may go on; throws when it never will. */
    void goOn() {
        world.pause(world.times().question());
        world.attempt(EVER, () -> {
            requireAlive();
            return stopped ? null : this;
        });
    }

    /**
     * Commits, as PostgreSQL does: the record is written in a critical section, then the commit waits for the standbys.
     *
     * @throws FakeFailure READ_ONLY, or LOST when nobody knows whether it is committed
     */
    Commit commit(Wal.Kind kind, String operation, SyncLevel level) {
        goOn();
        world.attempt(EVER, () -> {
            requireAlive();
            if (server.recovering) {
                throw new FakeFailure(FakeFailure.Kind.READ_ONLY, "cannot execute INSERT in a read-only transaction");
            }
            if (stopped || server.walLocked()) {
                return null;
            }
            critical = true;
            return this;
        });
        world.pause(world.times().commit());
        Commit made = world.attempt(EVER, () -> {
                    requireAlive();
                    if (stopped) {
                        return null;
                    }
                    critical = false;
                    Lsn end = server.append(kind, operation);
                    return new Commit(server.data.timeline, end);
                })
                .orElseThrow();
        world.attempt(EVER, () -> {
            requireAlive();
            return awaitsStandby(made.end(), level) || stopped ? null : this;
        });
        return made;
    }

    private void requireAlive() {
        if (gone()) {
            throw new FakeFailure(FakeFailure.Kind.LOST, "the server closed the connection unexpectedly");
        }
    }
}
