/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.replication.DataDirectories;
import io.drover.replication.NodeFacts;
import io.drover.replication.PostgresNode;
import io.drover.replication.PostgresServer;
import io.drover.replication.ServerPlace;
import java.util.ArrayList;
import java.util.List;

/** PostgreSQL on a machine that does not exist, as one life of an agent reaches it. */
public final class FakeNode implements PostgresNode {
    private static final long DISK = 100L << 30;

    private final FakePostgres world;
    private final String host;
    private final List<FakeSession> sessions = new ArrayList<>();

    FakeNode(FakePostgres world, String host) {
        this.world = world;
        this.host = host;
    }

    /** The agent is killed: its sessions end, its programs go on. */
    public void abandon() {
        List<FakeSession> open;
        synchronized (sessions) {
            open = List.copyOf(sessions);
            sessions.clear();
        }
        open.forEach(FakeSession::close);
    }

    FakeSession opened(FakeSession session) {
        synchronized (sessions) {
            sessions.removeIf(known -> !known.isOpen());
            sessions.add(session);
        }
        return session;
    }

    @Override
    public PostgresServer server(ServerPlace place) {
        return new FakePostgresServer(world, this, host, place);
    }

    @Override
    public DataDirectories directories() {
        return new FakeDirectories(world, host);
    }

    @Override
    public NodeFacts facts() {
        boolean full = world.look(() -> world.host(host).diskFull);
        return new NodeFacts("amd64", "2.36", "72.1", FakeFacts.VERSION, full ? 0 : DISK / 2, DISK, List.of());
    }

    @Override
    public boolean isPortFree(int port) {
        return world.look(() -> world.serverAt(host, port).isEmpty());
    }

    @Override
    public String replicationLogin(String other, int port) {
        return world.look(() -> world.serverAt(other, port)
                        .filter(server -> server.ready && !server.held && world.connected(host, other))
                        .isPresent())
                ? ""
                : "no connection to PostgreSQL at " + other + ":" + port;
    }
}
