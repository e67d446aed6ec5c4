/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.testing.fake.Network.Fate;
import io.drover.testing.fake.Network.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a client and the server hold between them until it breaks, and how far that server is. Guarded by the world. */
final class FakeConnection {
    private final FakeZooKeeper world;
    private final FakeZooKeeperClient client;
    private final ServerSession session;
    private final Pipe toServer;
    private final Pipe toClient;
    private final Set<Request<?>> unanswered = new LinkedHashSet<>();
    private final List<FakeTree.Touch> missed = new ArrayList<>();
    /** What its server has, while that lags behind the others. */
    private @Nullable FakeTree behind;

    private boolean broken;

    FakeConnection(
            FakeZooKeeper world, FakeZooKeeperClient client, ServerSession session, Pipe toServer, Pipe toClient) {
        this.world = world;
        this.client = client;
        this.session = session;
        this.toServer = toServer;
        this.toClient = toClient;
    }

    ServerSession session() {
        return session;
    }

    /** Sends a request, or keeps it for its failure when the client has not noticed yet that the connection is dead. */
    void send(Request<?> request) {
        unanswered.add(request);
        if (!broken) {
            travel(toServer, Kind.REQUEST, request.operation(), request.path(), () -> carryOut(request));
        }
    }

    private void carryOut(Request<?> request) {
        world.atomically(() -> {
            if (!broken) {
                Runnable told = request.carryOut(this);
                travel(toClient, Kind.ANSWER, request.operation(), request.path(), () -> answer(request, told));
            }
        });
    }

    private void answer(Request<?> request, Runnable told) {
        client.process()
                .alive(() -> world.atomically(() -> {
                    if (unanswered.remove(request)) {
                        world.afterwards(told);
                    }
                }));
    }

    /** The tree as far as its server has it. */
    FakeTree tree() {
        return behind == null ? world.tree() : behind;
    }

    /** Its server hears of nothing that is written from now on. */
    void fallBehind() {
        if (behind == null) {
            behind = world.tree();
        }
    }

    /** Its server has all that is written; the client is told of what it has missed before it is answered anything that shows it. */
    void catchUp() {
        behind = null;
        List<FakeTree.Touch> late = List.copyOf(missed);
        missed.clear();
        late.forEach(this::changed);
    }

    /** Something is written; also a watch that is made in between hears of it when the server does. */
    void changed(FakeTree.Touch touch) {
        if (behind != null) {
            missed.add(touch);
        } else {
            session.eventsOf(touch).forEach(this::tell);
        }
    }

    private void tell(ServerSession.FakeEvent event) {
        travel(toClient, Kind.EVENT, "changed", event.path(), () -> deliver(event));
    }

    private void deliver(ServerSession.FakeEvent event) {
        client.process()
                .alive(() -> world.atomically(() -> {
                    if (!broken) {
                        world.afterwards(() -> event.listener().changed(event.path()));
                    }
                }));
    }

    private void travel(Pipe pipe, Kind kind, String operation, String path, Runnable arrival) {
        if (broken) {
            return;
        }
        Fate fate = client.fate(kind, operation, path);
        if (fate.lost()) {
            client.breakOff(this, fate.after());
        } else {
            pipe.send(fate.after(), kind != Kind.EVENT, arrival);
        }
    }

    /** The server closes it. */
    void cut() {
        client.breakOff(this, Duration.ZERO);
    }

    boolean isBroken() {
        return broken;
    }

    void markBroken() {
        broken = true;
    }

    List<Request<?>> takeUnanswered() {
        List<Request<?>> all = new ArrayList<>(unanswered);
        unanswered.clear();
        return all;
    }
}
