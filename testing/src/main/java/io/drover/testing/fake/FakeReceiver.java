/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.Lsn;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The walreceiver of a standby, with its walsender. Everything here is read and changed with the world's monitor held. */
final class FakeReceiver {
    private static final Duration IN_A_CUTOVER = Duration.ofMillis(5);

    private final FakeServer standby;
    private @Nullable FakeServer primary;
    private @Nullable FakeBackend sender;
    private boolean active;
    private boolean asking;
    private boolean sending;

    FakeReceiver(FakeServer standby) {
        this.standby = standby;
    }

    void begin() {
        active = true;
    }

    void end() {
        active = false;
        disconnect();
    }

    boolean isServedBy(FakeBackend backend) {
        return sender == backend;
    }

    boolean streamsFrom(FakeServer server) {
        return primary == server && sender != null && !standby.dead;
    }

    boolean streams() {
        return sender != null && primary != null && !primary.dead;
    }

    int senderPid() {
        return sender == null ? 0 : sender.pid;
    }

    @Nullable
    FakeBackend sender() {
        return sender;
    }

    String application() {
        FakeServer.Follows follows = standby.data.follows;
        return follows == null ? "" : follows.application();
    }

    String slot() {
        FakeServer.Follows follows = standby.data.follows;
        return follows == null ? "" : follows.slot();
    }

    Lsn received() {
        return standby.data.wal.end();
    }

    /** What the primary knows that a commit may count on. */
    Lsn confirmed(SyncLevel level) {
        return level == SyncLevel.REMOTE_APPLY ? standby.replayed : received();
    }

    Lsn replayed() {
        return standby.replayed;
    }

    boolean reachable() {
        return primary != null && standby.world.connected(standby.host.name, primary.host.name);
    }

    boolean isBehind() {
        return primary != null && !received().atLeast(primary.data.wal.end());
    }

    /** Does what the present state of the world asks for; called after each change. */
    void look() {
        if (!active || standby.dead || !standby.recovering) {
            disconnect();
            return;
        }
        if (sender != null && (primary == null || primary.dead || sender.gone() || !fits(primary))) {
            disconnect();
        }
        if (sender == null) {
            ask();
        } else if (!sending && isBehind() && reachable() && !sender.stopped) {
            sending = true;
            standby.world.later(standby.world.delay(standby.host.name, source().host.name), this::arrive);
        }
    }

    private FakeServer source() {
        return Optional.ofNullable(primary).orElseThrow();
    }

    void disconnect() {
        if (sender != null && primary != null) {
            primary.backends.remove(sender.pid);
        }
        sender = null;
        primary = null;
    }

    private void ask() {
        if (!asking) {
            asking = true;
            boolean quick = standby.setting("wal_retrieve_retry_interval").equals("5ms");
            standby.world.later(quick ? IN_A_CUTOVER : standby.world.times().retry(), this::connect);
        }
    }

    private void connect() {
        asking = false;
        FakeServer.Follows follows = standby.data.follows;
        if (!active || standby.dead || sender != null || follows == null) {
            return;
        }
        standby.world
                .serverAt(follows.host(), follows.port())
                .filter(server -> server.ready && !server.held && !server.isDeaf())
                .filter(server -> standby.world.connected(standby.host.name, server.host.name))
                .filter(server -> server.data.instance.equals(standby.data.instance))
                .filter(server -> follows.slot().isEmpty() || server.data.slots.containsKey(follows.slot()))
                .filter(this::fits)
                .ifPresent(server -> {
                    primary = server;
                    sender = server.startSender(follows.application());
                });
    }

    /** One record past the fork, and the standby looks healthy and receives nothing, for ever (H89). */
    private boolean fits(FakeServer server) {
        FakeDirectory mine = standby.data;
        FakeDirectory theirs = server.data;
        if (mine.timeline != theirs.timeline) {
            Lsn fork = theirs.leftAt(mine.timeline);
            return fork != null && fork.atLeast(mine.wal.end());
        }
        return theirs.wal.end().atLeast(mine.wal.end()) && mine.wal.isBeginOf(theirs.wal);
    }

    private void arrive() {
        sending = false;
        FakeServer from = primary;
        FakeBackend process = sender;
        if (!active || standby.dead || from == null || process == null || from.dead || !reachable()) {
            return;
        }
        if (process.stopped || standby.host.diskFull || !fits(from)) {
            return;
        }
        from.data.wal.from(received()).forEach(standby.data.wal::add);
        standby.data.timeline = from.data.timeline;
        standby.data.controlTimeline = from.data.controlTimeline;
        standby.data.rewindLogin = from.data.rewindLogin;
        standby.data.history.clear();
        standby.data.history.addAll(from.data.history);
        if (from.data.slots.containsKey(slot())) {
            from.data.slots.put(slot(), received());
        }
        standby.replay();
    }
}
