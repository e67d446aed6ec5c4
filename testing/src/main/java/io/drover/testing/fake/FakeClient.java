/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import java.util.concurrent.CompletableFuture;

/** The session of an application, of one that takes part or of one that does not. */
public final class FakeClient implements AutoCloseable {
    private final FakePostgres world;
    private final String from;
    private final FakeServer server;
    private final FakeBackend backend;
    private volatile boolean closed;

    FakeClient(FakePostgres world, String from, FakeServer server, FakeBackend backend) {
        this.world = world;
        this.from = from;
        this.server = server;
        this.backend = backend;
    }

    /** Whether the session has not ended. */
    public boolean isOpen() {
        return world.look(() -> !backend.gone());
    }

    /** Whether the server is a standby. */
    public boolean inRecovery() {
        backend.goOn();
        return world.look(() -> server.recovering);
    }

    /** Begins the transaction that the next commit ends. */
    public void begin() {
        backend.goOn();
        world.change(backend::begin);
    }

    /** Commits with synchronous_commit = on. */
    public void commit(String operation) {
        commit(operation, SyncLevel.ON);
    }

    /**
     * Commits; returns when the client hears that it is committed.
     *
     * @param operation the id of what it does; nobody else's
     * @throws FakeFailure READ_ONLY, or LOST when nobody knows
     */
    public void commit(String operation, SyncLevel level) {
        CompletableFuture<FakeClient> answer = new CompletableFuture<>();
        commitLater(operation, level, Told.to(answer));
        FakeClient unused = world.await(answer);
    }

    /** The same, for who does not wait; answers the session itself. */
    public void commitLater(String operation, SyncLevel level, Told<FakeClient> told) {
        Pending<FakeClient> pending = new Pending<>(world, told);
        Told<FakeBackend.Commit> committed = (made, failure) -> {
            if (made != null) {
                travel(pending, () -> hear(pending, operation, made, level));
            } else if (failure != null) {
                pending.fail(failure);
            }
        };
        travel(pending, () -> backend.commit(Wal.Kind.COMMIT, operation, level, committed));
    }

    /** To the server, or back. */
    private void travel(Pending<FakeClient> pending, Runnable arrival) {
        pending.when(
                () -> world.connected(from, server.host.name),
                () -> new FakeFailure(FakeFailure.Kind.LOST, "the connection timed out"),
                arrival);
    }

    private void hear(Pending<FakeClient> pending, String operation, FakeBackend.Commit made, SyncLevel level) {
        if (!closed) {
            world.acknowledge(new FakePostgres.Acknowledgement(
                    operation, server.host.name, server.place.port(), made.timeline(), made.end(), level));
            pending.succeed(this);
        }
    }

    @Override
    public void close() {
        closed = true;
        backend.close();
    }
}
