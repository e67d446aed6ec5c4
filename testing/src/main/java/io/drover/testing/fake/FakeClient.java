/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The session of an application, of one that takes part or of one that does not. */
public final class FakeClient implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final FakePostgres world;
    private final String from;
    private final FakeServer server;
    private final FakeBackend backend;

    private FakeClient(FakePostgres world, String from, FakeServer server, FakeBackend backend) {
        this.world = world;
        this.from = from;
        this.server = server;
        this.backend = backend;
    }

    static FakeClient connect(FakePostgres world, String from, String host, int port) {
        world.pause(world.times().question());
        return world.attempt(LIMIT, () -> login(world, from, host, port))
                .orElseThrow(() -> refused(host, port, "timeout expired"));
    }

    /** Behind a held door, and where the network is cut, a login waits. */
    private static @Nullable FakeClient login(FakePostgres world, String from, String host, int port) {
        if (!world.connected(from, host)) {
            return null;
        }
        Optional<FakeServer> found = world.serverAt(host, port).filter(server -> server.ready && !server.isDeaf());
        FakeServer server = found.orElseThrow(() -> refused(host, port, "Connection refused"));
        return server.held ? null : new FakeClient(world, from, server, server.login("application"));
    }

    private static FakeFailure refused(String host, int port, String why) {
        return new FakeFailure(FakeFailure.Kind.REFUSED, "no connection to " + host + ":" + port + ": " + why);
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
        await(() -> world.connected(from, server.host.name));
        FakeBackend.Commit made = backend.commit(Wal.Kind.COMMIT, operation, level);
        await(() -> world.connected(from, server.host.name));
        world.acknowledge(new FakePostgres.Acknowledgement(
                operation, server.host.name, server.place.port(), made.timeline(), made.end(), level));
    }

    private void await(BooleanSupplier fact) {
        if (!world.await(LIMIT, fact)) {
            throw new FakeFailure(FakeFailure.Kind.LOST, "the connection timed out");
        }
    }

    @Override
    public void close() {
        backend.close();
    }
}
