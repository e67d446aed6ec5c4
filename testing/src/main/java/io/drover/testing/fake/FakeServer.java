/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.Lsn;
import io.drover.replication.ManagedSetting;
import io.drover.replication.ServerPlace;
import io.drover.replication.TimelineHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A postmaster with its children. Everything here is read and changed with the world's monitor held. */
final class FakeServer {
    private static final Pattern SYNC = Pattern.compile("(?:FIRST\\s+)?(\\d+)\\s*\\((.*)\\)");
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
    boolean recovering;
    boolean replayPaused;
    /** Found in the archive, where there is one. */
    boolean nextTimelineTaken;

    Lsn replayed = new Lsn(0);

    private Synchronous synchronous = Synchronous.read("");
    private boolean promoting;
    private boolean stopping;
    private boolean reloadPending;

    /**
     * Whom a standby follows.
     *
     * @param application its application_name there
     */
    record Follows(String host, int port, String application, String slot) {
        /** As {@link FakeFiles#following} writes it. */
        static Follows read(String connection, String slot) {
            String[] parts = connection.split(" ", -1);
            return new Follows(parts[0], Integer.parseInt(parts[1]), parts[2], slot);
        }
    }

    FakeServer(FakePostgres world, FakeHost host, FakeDirectory data, ServerPlace place) {
        this.world = world;
        this.host = host;
        this.data = data;
        this.place = place;
        this.pid = world.nextPid();
        this.receiver = new FakeReceiver(this);
        for (int i = 0; i < OWN_PROCESSES; i++) {
            ownProcesses.add(world.nextPid());
        }
        loaded.putAll(data.autoConf);
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
        Synchronous wanted = synchronous();
        if (level == SyncLevel.LOCAL || wanted.names().isEmpty()) {
            return true;
        }
        List<FakeReceiver> connected = wanted.names().stream()
                .flatMap(name -> standbys(name).stream())
                .limit(wanted.count())
                .toList();
        return connected.size() == wanted.count()
                && connected.stream()
                        .allMatch(standby -> standby.confirmed(level).atLeast(end));
    }

    /** Whom commits wait for, the first first. */
    List<String> synchronousNames() {
        return synchronous().names();
    }

    private Synchronous synchronous() {
        String now = setting(SYNCHRONOUS);
        if (!now.equals(synchronous.text())) {
            synchronous = Synchronous.read(now);
        }
        return synchronous;
    }

    /** {@code synchronous_standby_names}, read. */
    private record Synchronous(String text, int count, List<String> names) {
        static Synchronous read(String text) {
            Matcher form = SYNC.matcher(text);
            boolean counted = form.matches();
            List<String> names = text.isBlank()
                    ? List.of()
                    : Arrays.stream((counted ? form.group(2) : text).split(",", -1))
                            .map(name -> name.strip().replace("\"", ""))
                            .toList();
            return new Synchronous(text, counted ? Integer.parseInt(form.group(1)) : 1, names);
        }
    }

    /** The standbys that stream from here under a name. */
    List<FakeReceiver> standbys(String application) {
        return world.servers().stream()
                .map(server -> server.receiver)
                .filter(each -> each.streamsFrom(this) && each.application().equalsIgnoreCase(application))
                .toList();
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
        loaded.putAll(data.autoConf);
        // looked at only when a server starts
        loaded.remove("listen_addresses");
        if (named) {
            loaded.put("listen_addresses", addresses);
        }
        followAnew();
    }

    /** A running standby that is told to follow somebody else leaves whom it follows at once. */
    private void followAnew() {
        String connection = setting(ManagedSetting.PRIMARY_CONNINFO.parameter());
        if (connection.isEmpty()) {
            return;
        }
        Follows now = Follows.read(connection, setting(ManagedSetting.PRIMARY_SLOT_NAME.parameter()));
        if (!now.equals(data.follows)) {
            data.follows = now;
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
        data.timeline += nextTimelineTaken ? 2 : 1;
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
        if (behind && !dead) {
            world.later(world.times().stop(), this::finishStop);
        } else if (!dead) {
            data.state = recovering ? FakeDirectory.STOPPED_STANDBY : FakeDirectory.STOPPED;
            end();
        }
    }

    private boolean isSender(FakeBackend backend) {
        return world.servers().stream().anyMatch(server -> server.receiver.isServedBy(backend));
    }

    /** A stop at once, which leaves what a crash leaves. */
    void stopImmediate() {
        if (!stopping && !dead) {
            stopping = true;
            ready = false;
            backends.values().forEach(FakeBackend::end);
            backends.clear();
            world.later(world.times().stop(), this::end);
        }
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
        world.later(world.times().start(), this::finishStart);
    }
}
