/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.Lsn;
import io.drover.replication.ManagedSetting;
import io.drover.replication.ServerPlace;
import io.drover.replication.TimelineHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A postmaster with its children. Everything here is read and changed with the world's monitor held. */
final class FakeServer {
    private static final String SYNCHRONOUS = "synchronous_standby_names";
    private static final int OWN_PROCESSES = 4;

    final FakePostgres world;
    final FakeHost host;
    final FakeDirectory data;
    final ServerPlace place;
    final int pid;
    final List<Integer> ownProcesses = new ArrayList<>();
    final Map<Integer, FakeBackend> backends = new TreeMap<>();
    final Map<String, String> loaded = new TreeMap<>();
    final FakeReceiver receiver;

    boolean ready;
    boolean dead;
    boolean held;
    /** Whether the processes that receive and replay are stopped, too. */
    boolean still;

    boolean recovering;
    boolean replayPaused;
    Lsn replayed = new Lsn(0);

    /** Whether the segment that the next switch would fill up is a large one that has just begun. */
    boolean tailMissed;

    private FakeSynchronous synchronous = FakeSynchronous.read("");
    private Optional<Follows> follows = Optional.empty();
    private boolean promoting;
    private boolean stopping;
    private boolean stoppingAtOnce;
    private boolean reloadPending;

    /**
     * Whom a standby follows.
     *
     * @param application its application_name there
     */
    record Follows(String host, int port, String application, String slot) {
        /** As {@link FakeFiles#following} writes it; empty when a server is told of nobody. */
        static Optional<Follows> read(Map<String, String> settings) {
            String connection = settings.getOrDefault(ManagedSetting.PRIMARY_CONNINFO.parameter(), "");
            if (connection.isEmpty()) {
                return Optional.empty();
            }
            String[] parts = connection.split(" ", -1);
            String slot = settings.getOrDefault(ManagedSetting.PRIMARY_SLOT_NAME.parameter(), "");
            return Optional.of(new Follows(parts[0], Integer.parseInt(parts[1]), parts[2], slot));
        }
    }

    private FakeServer(FakePostgres world, FakeHost host, FakeDirectory data, ServerPlace place) {
        this.world = world;
        this.host = host;
        this.data = data;
        this.place = place;
        this.pid = world.nextPid();
        this.receiver = new FakeReceiver(this);
        for (int i = 0; i < OWN_PROCESSES; i++) {
            ownProcesses.add(world.nextPid());
        }
        loaded.putAll(data.settings());
        follows = Follows.read(loaded);
    }

    /** Whom it would stream from as a standby. */
    Optional<Follows> follows() {
        return follows;
    }

    /** Begins a server that takes logins after a while. */
    static FakeServer launch(FakePostgres world, FakeHost host, FakeDirectory data, ServerPlace place) {
        FakeServer server = new FakeServer(world, host, data, place);
        host.servers.put(place.port(), server);
        world.later(world.times().start(), server::finishStart);
        return server;
    }

    String setting(String name) {
        return loaded.getOrDefault(name, "");
    }

    /** What the server does before it takes logins: a standby replays, a primary recovers and begins to write. */
    void finishStart() {
        if (dead) {
            return;
        }
        recovering = data.standbySignal;
        replayed = data.wal.end();
        if (recovering) {
            data.state = FakeDirectory.RECOVERY;
            receiver.begin();
        } else {
            data.state = FakeDirectory.PRODUCTION;
            // the record that a started old primary writes past the fork
            data.wal.append(Wal.Kind.CHECKPOINT, data.timeline, null);
            replayed = data.wal.end();
            data.controlTimeline = data.timeline;
        }
        ready = true;
    }

    /** A process for a new session. */
    FakeBackend login(String application) {
        FakeBackend backend = new FakeBackend(world, this, world.nextPid(), application, true);
        backends.put(backend.pid, backend);
        return backend;
    }

    /** How far a reader of the server's data sees. */
    Lsn replayed(FakeDirectory directory) {
        return recovering ? replayed : directory.wal.end();
    }

    void fill(long bytes) {
        data.wal.append(Wal.Kind.FILLER, data.timeline, null, bytes);
    }

    boolean walLocked() {
        // asked again and again by every commit that waits
        for (FakeBackend each : backends.values()) {
            if (each.holdsWalLock() && !each.gone()) {
                return true;
            }
        }
        return false;
    }

    Lsn append(Wal.Kind kind, String operation) {
        if (host.diskFull) {
            crash();
            throw new FakeFailure(FakeFailure.Kind.LOST, "PANIC: could not write to file: No space left on device");
        }
        return data.wal.append(kind, data.timeline, operation).end();
    }

    /** Whether a commit need not wait (any more). */
    boolean synced(Lsn end, SyncLevel level) {
        FakeSynchronous wanted = synchronous();
        return level == SyncLevel.LOCAL
                || wanted.names().isEmpty()
                || wanted.have(
                        this::standbys, standby -> standby.confirmed(level).atLeast(end));
    }

    /** A commit goes on: whoever hears of it counts on its being in two places, where it has waited for that. */
    void released(Wal.Kind kind, String operation, FakeBackend.Commit commit, SyncLevel level) {
        if (kind == Wal.Kind.COMMIT && level != SyncLevel.LOCAL) {
            world.commitAlone()
                    .filter(told -> !isCopied(commit))
                    .ifPresent(told -> told.accept("row " + operation + " at " + commit.end() + " on timeline "
                            + commit.timeline() + " goes on and is on " + host.name + " alone, where commits wait for '"
                            + setting(SYNCHRONOUS) + "'"));
        }
    }

    private boolean isCopied(FakeBackend.Commit commit) {
        return world.hosts().stream()
                .filter(other -> other != host)
                .flatMap(other -> other.directories.values().stream())
                .anyMatch(copy -> !copy.incomplete
                        && copy.instance.equals(data.instance)
                        && copy.wal.holds(commit.end(), commit.timeline()));
    }

    /** Whom commits wait for. */
    FakeSynchronous synchronous() {
        String now = setting(SYNCHRONOUS);
        if (!now.equals(synchronous.text())) {
            synchronous = FakeSynchronous.read(now);
        }
        return synchronous;
    }

    /** The standbys that stream from here under a name, {@code *} for any. */
    List<FakeReceiver> standbys(String application) {
        List<FakeReceiver> found = new ArrayList<>();
        for (FakeHost other : world.hosts()) {
            for (FakeServer server : other.servers.values()) {
                FakeReceiver each = server.receiver;
                if (each.streamsFrom(this)
                        && (application.equals(FakeSynchronous.ANYBODY)
                                || each.application().equalsIgnoreCase(application))) {
                    found.add(each);
                }
            }
        }
        return found;
    }

    /** The process that sends to a standby. */
    FakeBackend startSender(String application) {
        FakeBackend sender = new FakeBackend(world, this, world.nextPid(), application, false);
        backends.put(sender.pid, sender);
        return sender;
    }

    void reload() {
        if (held) {
            reloadPending = true;
            return;
        }
        String addresses = setting("listen_addresses");
        boolean named = loaded.containsKey("listen_addresses");
        loaded.clear();
        loaded.putAll(data.settings());
        // looked at only when a server starts
        loaded.remove("listen_addresses");
        if (named) {
            loaded.put("listen_addresses", addresses);
        }
        followAnew();
    }

    /** A running standby that is told to follow somebody else leaves whom it follows at once. */
    private void followAnew() {
        Optional<Follows> now = Follows.read(loaded);
        if (!now.equals(follows)) {
            follows = now;
            receiver.disconnect();
        }
    }

    /** Whether it was started with nothing to listen on. */
    boolean isDeaf() {
        return loaded.containsKey("listen_addresses")
                && setting("listen_addresses").isEmpty();
    }

    void hold(boolean hold) {
        held = hold;
        if (!hold && reloadPending) {
            reloadPending = false;
            reload();
        }
    }

    /** SIGSTOP to all of its children, or SIGCONT. */
    void standStill(boolean stand) {
        still = stand;
        backends.values().forEach(each -> each.stopped = stand);
    }

    /** Segments that nobody holds are removed at a checkpoint. */
    void loseSlot(String slot) {
        dropStreamsFrom(slot);
        if (!recovering) {
            endSegment();
            data.slots.lose(slot, data.wal.end());
            checkpoint();
        } else {
            data.slots.lose(slot, data.wal.segment());
        }
    }

    /** Whoever streams from a slot is cut off. */
    void dropStreamsFrom(String slot) {
        world.servers().stream()
                .map(each -> each.receiver)
                .filter(each -> each.streamsFrom(this) && each.slot().equals(slot))
                .forEach(FakeReceiver::disconnect);
    }

    /** As pg_switch_wal does. */
    void endSegment() {
        if (!data.wal.onBoundary()) {
            append(Wal.Kind.SWITCH, "");
        }
    }

    /** A replayed position moves on unless replay is paused. */
    void replay() {
        if (recovering && !replayPaused) {
            replayed = data.wal.end();
        }
    }

    void requestPromotion() {
        if (recovering && !promoting) {
            promoting = true;
            world.later(world.times().promotion().dividedBy(2), this::beginPromotion);
            world.later(world.times().promotion(), this::finishPromotion);
        }
    }

    /** One that dies from now on would start on the old timeline, and take writes. */
    private void beginPromotion() {
        data.standbySignal &= dead;
    }

    void crashInPromotion() {
        beginPromotion();
        crash();
    }

    private void finishPromotion() {
        promoting = false;
        if (dead || !recovering) {
            return;
        }
        receiver.end();
        replayPaused = false;
        replayed = data.wal.end();
        data.history.add(new TimelineHistory.Entry(data.timeline, data.wal.end()));
        data.timeline = world.timelineAfter(data.timeline);
        data.wal.append(Wal.Kind.END_OF_RECOVERY, data.timeline, null);
        data.state = FakeDirectory.PRODUCTION;
        recovering = false;
    }

    void checkpoint() {
        if (!recovering) {
            append(Wal.Kind.RUNNING_TRANSACTIONS, "");
            append(Wal.Kind.CHECKPOINT, "");
            data.controlTimeline = data.timeline;
        }
    }

    /** A stop in order: what is written is sent first. */
    void stopFast() {
        if (stopping || dead) {
            return;
        }
        stopping = true;
        ready = false;
        hold(false);
        backends.values().removeIf(each -> !isSender(each) && each.end());
        if (!recovering) {
            data.wal.append(Wal.Kind.CHECKPOINT, data.timeline, null);
            data.controlTimeline = data.timeline;
        }
        world.later(world.times().stop(), this::finishStop);
    }

    private void finishStop() {
        boolean behind = world.servers().stream()
                .map(server -> server.receiver)
                .anyMatch(each -> each.streamsFrom(this) && each.reachable() && each.isBehind());
        if (behind && !dead && !stoppingAtOnce) {
            world.later(world.times().stop(), this::finishStop);
        } else if (!dead && !stoppingAtOnce) {
            data.state = recovering ? FakeDirectory.STOPPED_STANDBY : FakeDirectory.STOPPED;
            end();
        }
    }

    private boolean isSender(FakeBackend backend) {
        return world.servers().stream().anyMatch(server -> server.receiver.isServedBy(backend));
    }

    /** A stop at once, which leaves what a crash leaves. */
    void stopImmediate() {
        if (!stoppingAtOnce && !dead) {
            stopping = true;
            stoppingAtOnce = true;
            ready = false;
            backends.values().forEach(FakeBackend::end);
            backends.clear();
            world.later(world.times().stop(), this::end);
        }
    }

    /** All processes are killed, and some time passes until the last is gone. */
    void halt() {
        data.leaving = true;
        end();
        world.later(world.times().stop(), () -> data.leaving = false);
    }

    /** All processes are killed; those of a seal that are stopped stay when only the postmaster is. */
    void killPostmaster() {
        receiver.end();
        backends.values().stream().filter(each -> each.stopped).forEach(each -> data.orphans.add(each.pid));
        end();
    }

    /** All processes are killed. */
    void crash() {
        end();
    }

    private void end() {
        dead = true;
        ready = false;
        held = false;
        receiver.end();
        backends.clear();
        host.servers.remove(place.port(), this);
    }

    /** One of its sessions has died: the postmaster ends all others and recovers by itself. */
    void restartAfterCrash() {
        backends.values().forEach(FakeBackend::end);
        backends.clear();
        ready = false;
        receiver.end();
        world.later(world.times().start(), this::finishStart);
    }
}
