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
    /** That it is sent: one that ends is sent to its end, then the standby has to ask for the next. */
    private int timeline;

    private boolean caughtUp;
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

    Optional<FakePostgres.Streaming> stream() {
        return reachable() && !standby.dead
                ? Optional.of(
                        new FakePostgres.Streaming(standby.host.name, source().host.name, slot(), timeline, caughtUp))
                : Optional.empty();
    }

    int senderPid() {
        return sender == null ? 0 : sender.pid;
    }

    @Nullable
    FakeBackend sender() {
        return sender;
    }

    /** Whether it has had everything at some moment of this stream: before that it counts for no commit. */
    boolean isCaughtUp() {
        return caughtUp;
    }

    /** As its walsender shows it. */
    String state() {
        return caughtUp ? "streaming" : "catchup";
    }

    String application() {
        return standby.follows().map(FakeServer.Follows::application).orElse("");
    }

    String slot() {
        return standby.follows().map(FakeServer.Follows::slot).orElse("");
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
        return primary != null && !received().atLeast(endOn(primary));
    }

    /** Up to where the server has WAL of the timeline that is sent. */
    private Lsn endOn(FakeServer server) {
        Lsn fork = timeline == server.data.timeline ? null : server.data.leftAt(timeline);
        return fork == null ? server.data.wal.end() : fork;
    }

    /** Does what the present state of the world asks for; called after each change. */
    void look() {
        if (!active || standby.dead || !standby.recovering) {
            disconnect();
            return;
        }
        if (sender != null && (primary == null || primary.dead || sender.gone() || !fits(primary) || isAtItsEnd())) {
            disconnect();
        }
        caughtUp |= sender != null && !isBehind();
        if (sender == null) {
            ask();
        } else if (!sending && isBehind() && reachable() && goesOn(sender)) {
            sending = true;
            standby.world.later(standby.world.delay(standby.host.name, source().host.name), this::arrive);
        }
    }

    /** Everything of a timeline is sent that the server has left. */
    private boolean isAtItsEnd() {
        return primary != null && primary.data.timeline != timeline && !isBehind();
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
        caughtUp = false;
    }

    /** A real one asks again and again; here only when it would be answered, which every change of the world is looked through for. */
    private void ask() {
        if (!asking && !standby.still && standby.follows().flatMap(this::found).isPresent()) {
            asking = true;
            boolean quick = standby.setting("wal_retrieve_retry_interval").equals("5ms");
            standby.world.later(quick ? IN_A_CUTOVER : standby.world.times().retry(), this::connect);
        }
    }

    private void connect() {
        asking = false;
        if (!active || standby.dead || standby.still || sender != null) {
            return;
        }
        standby.follows().flatMap(this::found).ifPresent(this::begin);
    }

    private Optional<FakeServer> found(FakeServer.Follows follows) {
        return standby.world
                .serverAt(follows.host(), follows.port())
                .filter(server -> server.ready && !server.held && !server.isDeaf())
                .filter(server -> standby.world.connected(standby.host.name, server.host.name))
                .filter(server -> server.data.instance.equals(standby.data.instance))
                .filter(server -> server.data.slots.serve(follows.slot(), received()))
                .filter(this::fits);
    }

    /** Of its own timeline what is left, else the server's. */
    private void begin(FakeServer server) {
        Lsn fork = server.data.leftAt(standby.data.timeline);
        boolean left = fork != null && !received().atLeast(fork);
        timeline = left ? standby.data.timeline : server.data.timeline;
        primary = server;
        sender = server.startSender(application());
        learnTimeline(server);
    }

    private void learnTimeline(FakeServer from) {
        standby.data.timeline = timeline;
        standby.data.history.clear();
        from.data.history.stream().filter(entry -> entry.timeline() < timeline).forEach(standby.data.history::add);
    }

    /**
     * One record past the fork, and the standby receives nothing, for ever (H89). On one timeline it asks from the beginning of its
     * segment on, so that it also finds one that is a little behind it, and waits there.
     */
    private boolean fits(FakeServer server) {
        FakeDirectory mine = standby.data;
        FakeDirectory theirs = server.data;
        if (mine.timeline != theirs.timeline) {
            Lsn fork = theirs.leftAt(mine.timeline);
            return fork != null && fork.atLeast(mine.wal.end());
        }
        return theirs.wal.end().atLeast(mine.wal.end())
                ? mine.wal.isBeginOf(theirs.wal)
                : theirs.wal.end().atLeast(mine.wal.segment()) && theirs.wal.isBeginOf(mine.wal);
    }

    /** Whether nothing keeps WAL from being sent and written. */
    private boolean goesOn(FakeBackend process) {
        return !process.stopped && !standby.still && !standby.host.diskFull;
    }

    private void arrive() {
        sending = false;
        FakeServer from = primary;
        FakeBackend process = sender;
        if (!active || standby.dead || from == null || process == null || from.dead || !reachable()) {
            return;
        }
        if (!goesOn(process) || !fits(from)) {
            return;
        }
        for (Wal.Entry entry : from.data.wal.from(received())) {
            if (entry.timeline() <= timeline) {
                standby.data.wal.add(entry);
            }
        }
        standby.data.controlTimeline = Math.min(from.data.controlTimeline, timeline);
        standby.data.rewindLogin = from.data.rewindLogin;
        from.data.slots.advance(slot(), received());
        standby.replay();
    }
}
