/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An application that logs in: behind a held door, and where the network is cut, it waits. */
final class FakeLogin {
    private final FakePostgres world;
    private final String from;
    private final String host;
    private final int port;
    private final int life;
    private final Pending<FakeClient> pending;

    FakeLogin(FakePostgres world, String from, String host, int port, Told<FakeClient> told) {
        this.world = world;
        this.from = from;
        this.host = host;
        this.port = port;
        this.life = world.lifeOf(from);
        this.pending = new Pending<>(world, told);
    }

    void begin() {
        world.after(world.times().question(), this::knock);
    }

    private void knock() {
        pending.when(this::isAnswered, () -> refused("timeout expired"), this::enter);
    }

    private boolean isAnswered() {
        return hasEnded()
                || world.connected(from, host)
                        && door().filter(server -> server.held).isEmpty();
    }

    /** Its application has; there is nobody left to log in. */
    private boolean hasEnded() {
        return life != world.lifeOf(from);
    }

    private Optional<FakeServer> door() {
        return world.serverAt(host, port).filter(server -> server.ready && !server.isDeaf());
    }

    private void enter() {
        FakeClient client;
        try {
            client = world.change(this::session);
        } catch (FakeFailure e) {
            pending.fail(e);
            return;
        }
        if (client == null) {
            knock();
        } else {
            pending.succeed(client);
        }
    }

    /** Null when the door has been closed meanwhile. */
    private @Nullable FakeClient session() {
        if (hasEnded()) {
            throw refused("its application has ended");
        }
        FakeServer server = door().orElseThrow(() -> refused("Connection refused"));
        if (server.held) {
            return null;
        }
        FakeClient client = new FakeClient(world, from, server, server.login("application"));
        world.opened(from, client);
        return client;
    }

    private FakeFailure refused(String why) {
        return new FakeFailure(FakeFailure.Kind.REFUSED, "no connection to " + host + ":" + port + ": " + why);
    }
}
