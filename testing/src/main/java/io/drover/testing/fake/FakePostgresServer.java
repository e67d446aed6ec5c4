/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Reports.StopMode;
import io.drover.replication.ControlData;
import io.drover.replication.ManagedSetting;
import io.drover.replication.PostgresServer;
import io.drover.replication.PostgresSession;
import io.drover.replication.ServerFiles;
import io.drover.replication.ServerPlace;
import io.drover.replication.ServerProcesses;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A server that does not exist. */
final class FakePostgresServer implements PostgresServer {
    private static final Duration LOGIN_LIMIT = Duration.ofSeconds(5);
    private static final Lsn FIRST = new Lsn(Wal.SEGMENT);

    private final FakePostgres world;
    private final FakeNode node;
    private final String host;
    private final ServerPlace place;

    FakePostgresServer(FakePostgres world, FakeNode node, String host, ServerPlace place) {
        this.world = world;
        this.node = node;
        this.host = host;
        this.place = place;
    }

    private Optional<FakeServer> running() {
        return world.host(host).serverIn(place.dataDir());
    }

    private Optional<FakeDirectory> data() {
        return Optional.ofNullable(world.host(host).directories.get(place.dataDir()));
    }

    @Override
    public OptionalInt postmaster() {
        return world.look(
                () -> running().stream().mapToInt(server -> server.pid).findFirst());
    }

    @Override
    public boolean takesLogins() {
        return world.look(() -> running().filter(server -> !server.held).isPresent());
    }

    @Override
    public boolean takesWrites() {
        return world.look(() -> running()
                .filter(server -> server.ready && !server.held && !server.recovering)
                .isPresent());
    }

    @Override
    public void reload() {
        world.change(() -> running().ifPresent(FakeServer::reload));
    }

    @Override
    public boolean isHeld() {
        return world.look(() -> running()
                .map(server -> server.held)
                .orElseGet(() -> data().filter(data -> !data.orphans.isEmpty()).isPresent()));
    }

    @Override
    public boolean stopped() {
        return world.look(() -> running().isEmpty()
                && data().filter(data -> !data.orphans.isEmpty() || data.leaving)
                        .isEmpty());
    }

    @Override
    public List<String> argv() {
        return world.look(() -> running().isEmpty()
                ? List.of()
                : List.of("postgres", "-D", place.dataDir().toString()));
    }

    @Override
    public ControlData initialize(String database, Duration limit) {
        world.change(() -> {
            if (data().isEmpty()) {
                FakeDirectory made = new FakeDirectory(world.nextInstance(), FIRST);
                world.host(host).directories.put(place.dataDir(), made);
            }
        });
        start(limit);
        return world.look(() -> data().orElseThrow().control());
    }

    @Override
    public void start(Duration limit) {
        world.await(limit, () -> !isLeaving());
        FakeServer started = world.change(this::launch);
        if (!world.await(limit, () -> started.ready || started.dead)) {
            throw new DroverException(
                    ErrorCode.TIMEOUT,
                    "the server in " + place.dataDir() + " runs, but took no connections within " + limit.toSeconds()
                            + " s");
        }
        if (world.look(() -> started.dead)) {
            throw failed("ended right after its start");
        }
    }

    /** Begins to start it; the caller makes it one change. */
    FakeServer launch() {
        FakeHost machine = world.host(host);
        Optional<FakeServer> known = running();
        if (known.isPresent()) {
            return known.orElseThrow();
        }
        FakeDirectory data = data().orElseThrow(() -> failed("is not there"));
        if (!data.orphans.isEmpty() || data.leaving) {
            throw failed("is not started, because processes of an earlier one are left: " + data.orphans);
        }
        if (data.incomplete || machine.diskFull || machine.servers.containsKey(place.port())) {
            throw failed("did not start");
        }
        return FakeServer.launch(world, machine, data, place);
    }

    private DroverException failed(String how) {
        return new DroverException(ErrorCode.POSTGRES_FAILED, "the server in " + place.dataDir() + " " + how);
    }

    @Override
    public void stop(StopMode mode, Duration limit) {
        Optional<FakeServer> found = world.change(() -> {
            Optional<FakeServer> server = running();
            server.ifPresent(mode == StopMode.IMMEDIATE ? FakeServer::stopImmediate : FakeServer::stopFast);
            return server;
        });
        boolean ended =
                world.await(limit, () -> found.filter(server -> !server.dead).isEmpty() && !isLeaving());
        if (!ended) {
            throw new DroverException(
                    ErrorCode.TIMEOUT,
                    "the server in " + place.dataDir() + " did not stop within " + limit.toMillis() + " ms");
        }
        endHeldOrphans();
    }

    private boolean isLeaving() {
        return data().filter(data -> data.leaving).isPresent();
    }

    @Override
    public void halt(Duration limit) {
        world.change(() -> {
            running().ifPresent(FakeServer::halt);
            data().ifPresent(data -> data.orphans.clear());
        });
    }

    @Override
    public void rehearseHalt() {
        world.look(this::running);
    }

    @Override
    public void endHeldGently(Duration limit) {
        world.change(() -> running()
                .filter(server -> server.held)
                .ifPresent(server -> server.backends.values().removeIf(FakeBackend::killIfStopped)));
    }

    @Override
    public void endHeldOrphans() {
        world.change(() -> {
            if (running().isEmpty()) {
                data().ifPresent(data -> data.orphans.clear());
            }
        });
    }

    @Override
    public ServerProcesses processes(int postmasterPid) {
        return new FakeProcesses(world, host, postmasterPid);
    }

    @Override
    public PostgresSession connect() {
        return connect("postgres");
    }

    @Override
    public PostgresSession connect(String database) {
        return connect(database, LOGIN_LIMIT);
    }

    /** Behind a held door a login waits. */
    @Override
    public PostgresSession connect(String database, Duration answerLimit) {
        world.pause(world.times().question());
        return world.attempt(LOGIN_LIMIT, () -> !doorIsHeld(), () -> {
                    FakeServer server = running().filter(found -> found.ready).orElseThrow(this::unreachable);
                    return server.held ? null : node.opened(new FakeSession(world, server, server.login("drover")));
                })
                .orElseThrow(this::unreachable);
    }

    private boolean doorIsHeld() {
        return running()
                .filter(server -> server.ready)
                .filter(server -> server.held)
                .isPresent();
    }

    private DroverException unreachable() {
        return new DroverException(
                ErrorCode.POSTGRES_UNREACHABLE, "no connection to the instance at " + place.dataDir());
    }

    @Override
    public void awaitVisible(ManagedSetting setting, String value, Duration limit) {
        boolean visible = world.await(
                limit,
                () -> running()
                        .filter(server -> server.setting(setting.parameter()).equals(value))
                        .isPresent());
        if (!visible) {
            throw new DroverException(
                    ErrorCode.TIMEOUT, setting.parameter() + " did not become '" + value + "' in time");
        }
    }

    /** One table, with a row for each commit. */
    @Override
    public Map<String, Long> countRows(Duration limit) {
        try (PostgresSession session = connect()) {
            session.timeline();
            return world.look(() -> Map.of("app.public.operations", rows()));
        }
    }

    private long rows() {
        FakeServer server = running().orElseThrow(this::unreachable);
        return server.data.wal.upTo(server.replayed(server.data)).stream()
                .filter(entry -> entry.kind() == Wal.Kind.COMMIT)
                .count();
    }

    @Override
    public InstanceFacts facts(List<String> leftovers, Set<String> journaled) {
        try (PostgresSession session = connect()) {
            session.timeline();
            return world.look(() -> FakeFacts.of(running().orElseThrow(this::unreachable), leftovers, journaled));
        }
    }

    @Override
    public ServerFiles files() {
        return new FakeFiles(world, host, place);
    }
}
