/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.replication.AllowList;
import io.drover.replication.ServerProcesses;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The processes of a server that does not exist. */
record FakeProcesses(FakePostgres world, String host, int postmasterPid) implements ServerProcesses {
    private Optional<FakeServer> server() {
        return world.host(host).servers.values().stream()
                .filter(server -> server.pid == postmasterPid && !server.dead)
                .findFirst();
    }

    private List<FakeBackend> sessions(AllowList spared) {
        return server().stream()
                .flatMap(server -> server.backends.values().stream())
                .filter(backend -> !spared.spares(backend.pid) && !backend.gone())
                .toList();
    }

    @Override
    public void holdDoor(Duration limit) {
        world.change(() -> server().orElseThrow(() -> new DroverException(
                        ErrorCode.SEAL_FAILED, "there is no postmaster " + postmasterPid + " to freeze"))
                .hold(true));
    }

    @Override
    public void openDoor() {
        world.change(() -> server().ifPresent(server -> server.hold(false)));
    }

    @Override
    public boolean doorHeld() {
        return world.look(() -> server().filter(server -> server.held).isPresent());
    }

    @Override
    public void holdSender(AllowList spared) {
        stopSender(spared, true);
    }

    @Override
    public void releaseSender(AllowList spared) {
        stopSender(spared, false);
    }

    private void stopSender(AllowList spared, boolean stopped) {
        world.change(() -> server().flatMap(server -> Optional.ofNullable(server.backends.get(spared.sender())))
                .ifPresent(sender -> sender.stopped = stopped));
    }

    @Override
    public OptionalInt holdSessions(AllowList spared, Duration limit) {
        return world.change(() -> {
            List<FakeBackend> sessions = sessions(spared);
            sessions.forEach(each -> each.stopped = true);
            return OptionalInt.of(sessions.size());
        });
    }

    @Override
    public boolean sessionsHeld(AllowList spared) {
        return world.look(() -> sessions(spared).stream().allMatch(each -> each.stopped));
    }

    /** A server that does not exist writes nothing of its own accord; {@link FakeMishaps#writeSnapshot} is what slipped past this. */
    @Override
    public void holdServerWriters(AllowList spared) {}

    @Override
    public void releaseSessions() {
        world.change(() -> server().ifPresent(server -> server.standStill(false)));
    }

    @Override
    public int endSessions(AllowList spared, Duration limit) {
        List<FakeBackend> asked = world.change(() -> {
            List<FakeBackend> sessions = sessions(spared);
            sessions.forEach(each -> each.terminated = true);
            return sessions;
        });
        if (!world.await(limit, () -> sessions(spared).isEmpty())) {
            throw new DroverException(
                    ErrorCode.SEAL_FAILED,
                    "processes of postmaster " + postmasterPid + " did not end within " + limit.toMillis() + " ms");
        }
        return asked.size();
    }

    @Override
    public void rehearse(AllowList spared) {
        sessionsHeld(spared);
    }
}
