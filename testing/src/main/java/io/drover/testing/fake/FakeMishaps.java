/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What befalls machines and servers that do not exist: networks, disks, kills, and what people do by hand. Thread-safe. */
public final class FakeMishaps {
    private final FakePostgres world;
    private final Set<Set<String>> cuts = new HashSet<>();
    private final Map<Set<String>, Duration> delays = new HashMap<>();
    private final Set<Integer> foreignTimelines = new HashSet<>();

    FakeMishaps(FakePostgres world) {
        this.world = world;
    }

    /** Nothing gets from one machine to the other any more; nobody is told. */
    public void cut(String one, String other) {
        world.change(() -> cuts.add(Set.of(one, other)));
    }

    /** Takes {@link #cut} back. */
    public void mend(String one, String other) {
        world.change(() -> cuts.remove(Set.of(one, other)));
    }

    /** How long WAL takes from one machine to the other from now on. */
    public void slow(String one, String other, Duration delay) {
        world.change(() -> delays.put(Set.of(one, other), delay));
    }

    /** How long a base backup takes from now on. */
    public void slowCopies(Duration copy) {
        world.times(world.times().withCopy(copy));
    }

    /** A machine's disk is full, or is not any more. */
    public void fillDisk(String host, boolean full) {
        world.change(() -> world.host(host).diskFull = full);
    }

    /** All processes of a server are killed. */
    public void kill(String host, int port) {
        world.change(() -> world.serverAt(host, port).ifPresent(FakeServer::crash));
    }

    /** Somebody stops the postmaster where it stands, or lets it go on. */
    public void freeze(String host, int port, boolean frozen) {
        world.change(() -> world.serverAt(host, port).ifPresent(server -> server.hold(frozen)));
    }

    /**
     * All processes of a server are stopped where they stand: nor does a standby receive or replay. Opening its door and letting its
     * sessions go on ends it.
     */
    public void standStill(String host, int port) {
        world.change(() -> world.serverAt(host, port).ifPresent(server -> {
            server.hold(true);
            server.standStill(true);
        }));
    }

    /** Takes {@link #standStill} back. */
    public void goOn(String host, int port) {
        world.change(() -> world.serverAt(host, port).ifPresent(server -> {
            server.standStill(false);
            server.hold(false);
        }));
    }

    /** A standby dies in its promotion, after its standby.signal is gone and before the new timeline has begun. */
    public void killInPromotion(String host, int port) {
        world.change(() -> world.serverAt(host, port).ifPresent(FakeServer::crashInPromotion));
    }

    /** Somebody kills a server and starts it again by hand, with what lies on its disk. */
    public void startByHand(String host, int port) {
        world.change(() -> world.serverAt(host, port).ifPresent(server -> {
            server.crash();
            new FakePostgresServer(world, new FakeNode(world, host), host, server.place).launch();
        }));
    }

    /** Somebody has written past the end of a large segment: the next switch is refused. */
    public void missTail(String host, int port) {
        world.change(() -> world.serverAt(host, port).ifPresent(server -> server.tailMissed = true));
    }

    /** Somebody makes a slot, or has left it. */
    public void leaveSlot(String host, int port, String slot) {
        world.change(() ->
                world.serverAt(host, port).ifPresent(server -> server.data.slots.create(slot, server.data.wal.end())));
    }

    /**
     * So much is written past a slot that max_slot_wal_keep_size gives it up: its standby is cut off, and lacks WAL that is gone. One
     * that streams and has everything is never given up by PostgreSQL; here something is written that it has not.
     */
    public void loseSlot(String host, int port, String slot) {
        world.change(() -> world.serverAt(host, port)
                .filter(server -> server.ready)
                .filter(server -> server.data.slots.holds(slot))
                .ifPresent(server -> server.loseSlot(slot)));
    }

    /** The postmaster is killed; its children see that and end, but for those that are stopped. */
    public void killPostmaster(String host, int port) {
        world.change(() -> world.serverAt(host, port).ifPresent(FakeServer::killPostmaster));
    }

    /** One session of a server dies, and the server restarts itself. */
    public void crashRestart(String host, int port) {
        world.change(() -> world.serverAt(host, port).ifPresent(FakeServer::restartAfterCrash));
    }

    /** A machine loses its power: its servers and programs are gone. */
    public void powerOff(String host) {
        world.change(() -> {
            List.copyOf(world.host(host).servers.values()).forEach(FakeServer::crash);
            world.host(host).directories.values().forEach(FakeDirectory::losePower);
        });
    }

    /** The archive that all share has the history file of another cluster: no promotion gets this timeline (H28). */
    public void plantHistory(int timeline) {
        world.change(() -> foreignTimelines.add(timeline));
    }

    /** Takes {@link #plantHistory} back. */
    public void removeHistory(int timeline) {
        world.change(() -> foreignTimelines.remove(timeline));
    }

    /** A directory's files change behind everybody's back. */
    public void damage(String host, Path directory) {
        world.change(() -> Optional.ofNullable(world.host(host).directories.get(directory))
                .ifPresent(found -> found.damaged = true));
    }

    /**
     * Maintenance by the server itself: a worker commits, and waits for nobody (H77). Answers whether one could be started.
     */
    public boolean maintain(String host, int port) {
        return world.change(() -> world.serverAt(host, port)
                .filter(server -> server.ready && !server.held && !server.recovering)
                .filter(server -> !server.setting("autovacuum").equals("off"))
                .map(server -> server.append(Wal.Kind.MAINTENANCE_COMMIT, "autovacuum"))
                .isPresent());
    }

    /** The server's own processes write a snapshot of running transactions, as they do every now and then, sealed or not. */
    public void writeSnapshot(String host, int port) {
        world.change(() -> world.serverAt(host, port)
                .filter(server -> server.ready && !server.recovering)
                .ifPresent(server -> server.append(Wal.Kind.RUNNING_TRANSACTIONS, "")));
    }

    boolean areCut(String one, String other) {
        return cuts.contains(Set.of(one, other));
    }

    /** How long WAL takes, when that is not what it takes usually. */
    Optional<Duration> delay(String one, String other) {
        return Optional.ofNullable(delays.get(Set.of(one, other)));
    }

    boolean isForeign(int timeline) {
        return foreignTimelines.contains(timeline);
    }
}
