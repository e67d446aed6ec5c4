/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.Lsn;
import io.drover.api.agent.Facts.Slot;
import io.drover.api.agent.Reports.AlignReport;
import io.drover.api.agent.Reports.GuardProbeReport;
import io.drover.api.agent.Reports.PromoteReport;
import io.drover.api.agent.Reports.ReplayReport;
import io.drover.api.agent.SessionMark;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A session over JDBC: this class only puts the others of the package together. */
final class JdbcSession implements PostgresSession {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcSession.class);
    private static final Duration ONE_MOMENT = Duration.ofSeconds(1);

    private final Connection connection;
    private final LocalPrograms node;
    private final LocalServer socket;

    JdbcSession(Connection connection, LocalPrograms node, LocalServer socket) {
        this.connection = connection;
        this.node = node;
        this.socket = socket;
    }

    @Override
    public boolean isOpen() {
        try {
            return !connection.isClosed();
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("a connection was broken when it was closed", e);
        }
    }

    /** Known since the login. */
    private int backendPid() {
        try {
            return connection.unwrap(PGConnection.class).getBackendPID();
        } catch (SQLException e) {
            throw Sql.failed("asking for the process of a session", e);
        }
    }

    @Override
    public ServerState state() {
        return ServerState.read(connection);
    }

    @Override
    public int timeline() {
        return Promotion.timeline(connection);
    }

    @Override
    public TimelineHistory history(int timeline) {
        return TimelineHistory.read(connection, timeline);
    }

    @Override
    public RunningSettings settings() {
        return new ServerSettings(connection);
    }

    @Override
    public void ensureRoles() {
        RoleSetup.ensure(connection, node.passwords());
    }

    @Override
    public void setRewindLogin(boolean allowed) {
        RewindLogin.set(connection, allowed, node.passwords().rewind());
    }

    @Override
    public boolean rewindLogin() {
        return RewindLogin.isAllowed(connection);
    }

    @Override
    public List<Slot> slots() {
        return Slots.list(connection);
    }

    @Override
    public void checkpoint() {
        Checkpoint.run(connection);
    }

    @Override
    public Lsn createSlot(String slot) {
        if (!ServerState.read(connection).inRecovery()) {
            CarriedConfig.carry(connection);
        }
        return Slots.create(connection, this::replication, slot);
    }

    private Connection replication() {
        return Connections.replication(
                node.host(),
                socket.port(),
                RoleSetup.REPLICATION,
                node.passwords().replication(),
                node.tls());
    }

    @Override
    public void dropSlot(String slot, Duration limit) {
        Slots.drop(connection, slot, limit);
    }

    @Override
    public List<String> runCanaries(List<String> queries, Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        List<String> hashes = new ArrayList<>();
        try (Connection reader = new CanaryLogin(connection, socket, node.passwords()).open(limit)) {
            for (String query : queries) {
                Canaries.Answer answer = Canaries.run(reader, query, waiting.left());
                hashes.add(answer.rows() + ":" + answer.hash());
            }
        } catch (SQLException e) {
            throw Sql.failed("closing a connection", e);
        }
        return hashes;
    }

    @Override
    public boolean lacksItsStandby() {
        return Guard.lacksItsStandby(connection);
    }

    @Override
    public Set<String> waitingCommits() {
        return Guard.waitingCommits(connection);
    }

    @Override
    public GuardProbeReport probeGuard(Duration limit) {
        return Guard.probe(connection, limit);
    }

    @Override
    public List<Integer> endSessions(List<SessionMark> sessions) {
        return ClientSessions.end(connection, sessions);
    }

    @Override
    public Optional<String> rewindReserve() {
        return RewindReserve.needed(connection);
    }

    @Override
    public AlignReport alignWal(long marginBytes) {
        return WalTail.align(connection, marginBytes);
    }

    @Override
    public Lsn endWal() {
        return WalTail.switchAndBoundary(connection);
    }

    @Override
    public Writers writers() {
        return Writers.count(connection);
    }

    @Override
    public AllowList spared(int postmasterPid, String targetSlot) {
        return AllowList.compute(connection, postmasterPid, targetSlot, Set.of(backendPid()));
    }

    @Override
    public void rehearseSeal() {
        WalTail.warm(connection);
        writers();
        WalTail.timeline(connection);
    }

    @Override
    public boolean receives() {
        return Replay.streaming(connection);
    }

    @Override
    public void setReplayPaused(boolean paused, Duration limit) {
        Replay.setPaused(connection, paused, limit);
    }

    @Override
    public ReplayReport awaitReplayed(Lsn position, Duration limit) {
        return Replay.await(connection, position, limit);
    }

    @Override
    public PromoteReport promote(int oldTimeline, Lsn atLeast, Duration limit) {
        return Promotion.promote(connection, oldTimeline, atLeast, limit);
    }

    @Override
    public PromoteReport promoteFrom(int leastTimeline, Duration limit) {
        return Promotion.promoteFrom(connection, leastTimeline, limit);
    }

    @Override
    public void rehearsePromotion() {
        Promotion.warm(connection);
        ServerState.read(connection);
        Replay.position(connection).ifPresent(at -> Replay.await(connection, at, ONE_MOMENT));
    }
}
