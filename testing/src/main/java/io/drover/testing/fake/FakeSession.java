/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.agent.Facts.Slot;
import io.drover.api.agent.Reports.AlignReport;
import io.drover.api.agent.Reports.GuardProbeReport;
import io.drover.api.agent.Reports.PromoteReport;
import io.drover.api.agent.Reports.ReplayReport;
import io.drover.api.agent.SessionMark;
import io.drover.replication.AllowList;
import io.drover.replication.InstanceMonitor;
import io.drover.replication.ManagedSetting;
import io.drover.replication.PostgresSession;
import io.drover.replication.RunningSettings;
import io.drover.replication.ServerState;
import io.drover.replication.TimelineHistory;
import io.drover.replication.Writers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The superuser's session on a server that does not exist. */
final class FakeSession implements PostgresSession {
    private static final Duration POLL = Duration.ofMillis(1);
    /** How long filler waits for the standbys that commits wait for, and how much of it may be on its way. */
    private static final Duration STALLED = Duration.ofMillis(500);

    private static final long PACE = 1 << 20;

    private final FakePostgres world;
    private final FakeServer server;
    private final FakeBackend backend;

    FakeSession(FakePostgres world, FakeServer server, FakeBackend backend) {
        this.world = world;
        this.server = server;
        this.backend = backend;
    }

    /** A question is one moment on the server. */
    private <T> T ask(Supplier<T> question) {
        goOn();
        return world.look(question);
    }

    private void tell(Runnable order) {
        goOn();
        world.change(order);
    }

    private void goOn() {
        try {
            backend.goOn();
        } catch (FakeFailure e) {
            throw lost(e);
        }
    }

    private static DroverException lost(FakeFailure cause) {
        return new DroverException(ErrorCode.POSTGRES_UNREACHABLE, String.valueOf(cause.getMessage()), null, cause);
    }

    @Override
    public boolean isOpen() {
        return world.look(() -> !backend.gone());
    }

    @Override
    public void close() {
        backend.close();
    }

    @Override
    public ServerState state() {
        return ask(() -> new ServerState(
                server.data.instance,
                server.recovering,
                server.recovering ? server.replayed : server.data.wal.end(),
                server.receiver.streams()));
    }

    @Override
    public int timeline() {
        return ask(() -> server.data.timeline);
    }

    @Override
    public TimelineHistory history(int timeline) {
        return ask(() -> new TimelineHistory(
                timeline,
                server.data.history.stream()
                        .filter(entry -> entry.timeline() < timeline)
                        .toList()));
    }

    @Override
    public RunningSettings settings() {
        return new Settings();
    }

    @Override
    public void ensureRoles() {
        goOn();
    }

    @Override
    public void setRewindLogin(boolean allowed) {
        tell(() -> server.data.rewindLogin = allowed);
    }

    @Override
    public boolean rewindLogin() {
        goOn();
        return world.look(() -> server.data.rewindLogin);
    }

    @Override
    public List<Slot> slots() {
        goOn();
        return world.look(() -> FakeFacts.slots(server));
    }

    @Override
    public void checkpoint() {
        tell(server::checkpoint);
    }

    @Override
    public Lsn createSlot(String slot) {
        goOn();
        return world.change(() -> {
            server.data.rulesCarried |= !server.recovering;
            Lsn now = server.recovering ? server.replayed : server.data.wal.end();
            return server.data.slots.create(slot, now);
        });
    }

    @Override
    public void dropSlot(String slot, Duration limit) {
        tell(() -> {
            server.data.slots.drop(slot);
            server.dropStreamsFrom(slot);
        });
    }

    @Override
    public List<String> runCanaries(List<String> queries, Duration limit) {
        return ask(() -> queries.stream()
                .map(query -> server.data.wal.upTo(server.replayed(server.data)).stream()
                                .filter(entry -> entry.kind() == Wal.Kind.COMMIT)
                                .count()
                        + ":" + query.hashCode())
                .toList());
    }

    @Override
    public boolean lacksItsStandby() {
        return ask(() -> {
            List<String> names = server.synchronous().names();
            return !names.isEmpty() && server.standbys(names.get(0)).stream().noneMatch(FakeReceiver::isCaughtUp);
        });
    }

    @Override
    public Set<String> waitingCommits() {
        return ask(() -> server.backends.values().stream()
                .filter(each -> each.waitsForStandby() && !each.application.equals(InstanceMonitor.GUARD_PROBE))
                .map(FakeBackend::awaited)
                .collect(Collectors.toUnmodifiableSet()));
    }

    @Override
    public GuardProbeReport probeGuard(Duration limit) {
        long begin = world.scheduler().nanoTime();
        goOn();
        FakeBackend probe = world.change(() -> server.login(InstanceMonitor.GUARD_PROBE));
        world.change(probe::begin);
        Lsn end = world.change(() -> server.append(Wal.Kind.MAINTENANCE_COMMIT, "guard probe"));
        BooleanSupplier over = () -> probe.gone() || !probe.awaitsStandby(end, SyncLevel.REMOTE_APPLY);
        boolean committed = world.await(limit, over);
        boolean lost = world.look(probe::gone);
        // one that is given up goes on waiting, and ends when it need not any more
        world.when(over, () -> {}, probe::close);
        return new GuardProbeReport(committed && !lost, (world.scheduler().nanoTime() - begin) / 1e6);
    }

    @Override
    public List<Integer> endSessions(List<SessionMark> sessions) {
        goOn();
        return world.change(() -> FakeBlockers.end(server, sessions));
    }

    @Override
    public Optional<String> rewindReserve() {
        return ask(
                () -> server.setting(ManagedSetting.WAL_KEEP_SIZE.parameter()).isEmpty()
                        ? Optional.of("1GB")
                        : Optional.empty());
    }

    @Override
    public AlignReport alignWal(long marginBytes) {
        goOn();
        Lsn start = world.look(() -> server.data.wal.end());
        Lsn wanted = start.plus(start.bytesToSegmentEnd(Wal.SEGMENT) - marginBytes);
        Lsn before = start;
        Lsn now = start;
        while (wanted.minus(now) > 0 && isTaken(before)) {
            before = now;
            long piece = Math.min(wanted.minus(now), PACE);
            now = world.change(() -> {
                server.fill(piece);
                return server.data.wal.end();
            });
        }
        return new AlignReport(now, now.bytesToSegmentEnd(Wal.SEGMENT), now.minus(start));
    }

    /** Whether whom commits wait for has it, or has it soon. */
    private boolean isTaken(Lsn lsn) {
        boolean taken = world.await(STALLED, () -> backend.gone() || server.synced(lsn, SyncLevel.ON));
        goOn();
        return taken;
    }

    /** Waits for the lock of the WAL, which a stopped session may hold (H81). */
    @Override
    public Lsn endWal() {
        goOn();
        return world.attempt(FakePostgres.EVER, () -> backend.gone() || !server.walLocked(), () -> {
                    if (backend.gone()) {
                        throw lost(new FakeFailure(FakeFailure.Kind.LOST, "terminating connection"));
                    }
                    if (server.walLocked()) {
                        return null;
                    }
                    if (server.tailMissed) {
                        server.tailMissed = false;
                        throw new DroverException(ErrorCode.TAIL_MISSED, "too much of the next segment is free");
                    }
                    server.endSegment();
                    return server.data.wal.end();
                })
                .orElseThrow();
    }

    @Override
    public Writers writers() {
        return ask(() -> {
            List<FakeBackend> writing = server.backends.values().stream()
                    .filter(each -> each != backend && !each.gone())
                    .filter(each -> each.holdsWalLock() || each.waitsForStandby())
                    .toList();
            long waiting = writing.stream().filter(FakeBackend::waitsForStandby).count();
            return new Writers(writing.size(), (int) (writing.size() - waiting));
        });
    }

    @Override
    public AllowList spared(int postmasterPid, String targetSlot) {
        return ask(() -> {
            Map<Integer, String> titles = new HashMap<>();
            server.ownProcesses.forEach(pid -> titles.put(pid, "postgres: own process"));
            titles.put(backend.pid, "postgres: drover");
            FakeBackend sender = world.servers().stream()
                    .map(each -> each.receiver)
                    .filter(each -> each.streamsFrom(server) && each.slot().equals(targetSlot))
                    .flatMap(each -> Optional.ofNullable(each.sender()).stream())
                    .findFirst()
                    .orElseThrow(() -> new DroverException(
                            ErrorCode.SEAL_FAILED,
                            "no physical walsender streams from slot " + targetSlot + " on the source"));
            titles.put(sender.pid, "postgres: walsender");
            return new AllowList(titles, sender.pid);
        });
    }

    @Override
    public void rehearseSeal() {
        goOn();
    }

    @Override
    public boolean receives() {
        return ask(server.receiver::streams);
    }

    @Override
    public void setReplayPaused(boolean paused, Duration limit) {
        tell(() -> {
            server.replayPaused = paused;
            server.replay();
        });
    }

    @Override
    public ReplayReport awaitReplayed(Lsn position, Duration limit) {
        long begin = world.scheduler().nanoTime();
        goOn();
        boolean reached = world.await(
                limit, () -> backend.gone() || server.replayed(server.data).atLeast(position));
        goOn();
        Lsn replayed = world.look(() -> server.replayed(server.data));
        if (!reached) {
            throw new DroverException(
                    ErrorCode.TIMEOUT,
                    "the standby has replayed " + replayed + " and not " + position + " within " + limit.toMillis()
                            + " ms");
        }
        return new ReplayReport(replayed, (world.scheduler().nanoTime() - begin) / 1e6);
    }

    @Override
    public PromoteReport promote(int oldTimeline, Lsn atLeast, Duration limit) {
        long begin = leaveRecovery(limit);
        int timeline = timeline();
        if (timeline != oldTimeline + 1) {
            throw new DroverException(
                    ErrorCode.WRONG_TIMELINE,
                    "the promoted server is on timeline " + timeline + " after " + oldTimeline);
        }
        TimelineHistory.Entry parent = history(timeline).parent();
        if (parent.timeline() != oldTimeline || !parent.end().atLeast(atLeast)) {
            throw new DroverException(
                    ErrorCode.WRONG_TIMELINE,
                    "timeline " + timeline + " leaves timeline " + parent.timeline() + " at " + parent.end()
                            + "; expected was timeline " + oldTimeline + " at " + atLeast + " or later");
        }
        return new PromoteReport(timeline, parent.end(), (world.scheduler().nanoTime() - begin) / 1e6);
    }

    @Override
    public PromoteReport promoteFrom(int leastTimeline, Duration limit) {
        long begin = leaveRecovery(limit);
        int timeline = timeline();
        TimelineHistory.Entry parent = history(timeline).parent();
        if (timeline <= leastTimeline) {
            throw new DroverException(ErrorCode.WRONG_TIMELINE, "the promoted server is on timeline " + timeline);
        }
        return new PromoteReport(timeline, parent.end(), (world.scheduler().nanoTime() - begin) / 1e6);
    }

    private long leaveRecovery(Duration limit) {
        long begin = world.scheduler().nanoTime();
        tell(server::requestPromotion);
        boolean left = world.await(limit, () -> backend.gone() || !server.recovering);
        goOn();
        if (!left) {
            throw new DroverException(
                    ErrorCode.TIMEOUT,
                    "the standby was asked to promote and is still in recovery after " + limit.toMillis() + " ms");
        }
        return begin;
    }

    @Override
    public void rehearsePromotion() {
        world.pause(POLL);
        goOn();
    }

    /** What is set in the file, and what is in force. */
    private final class Settings implements RunningSettings {
        @Override
        public Optional<String> autoConfValue(ManagedSetting setting) {
            return ask(() -> Optional.ofNullable(server.data.autoConf.get(setting.parameter())));
        }

        @Override
        public String current(ManagedSetting setting) {
            return ask(() -> setting == ManagedSetting.LISTEN_ADDRESSES && !server.isDeaf()
                    ? "*"
                    : server.setting(setting.parameter()));
        }

        @Override
        public void set(ManagedSetting setting, String value) {
            tell(() -> server.data.autoConf.put(setting.parameter(), value));
        }

        @Override
        public void restore(ManagedSetting setting, Optional<String> autoConfValue) {
            autoConfValue.ifPresentOrElse(
                    value -> set(setting, value), () -> tell(() -> server.data.autoConf.remove(setting.parameter())));
        }

        @Override
        public void reload() {
            tell(server::reload);
        }
    }
}
