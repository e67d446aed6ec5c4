/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.agent.Facts;
import io.drover.api.agent.Reports.StopMode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A server on this machine: this class only puts the others of the package together. */
final class LocalPostgresServer implements PostgresServer {
    private final LocalPrograms node;
    private final ServerPlace place;
    private final Postmaster postmaster;
    private final LocalServer socket;

    LocalPostgresServer(LocalPrograms node, ServerPlace place) {
        this.node = node;
        this.place = place;
        this.postmaster = new Postmaster(node.binaries(), place.dataDir());
        this.socket = new LocalServer(place.socketDir(), place.port());
    }

    @Override
    public OptionalInt postmaster() {
        return postmaster.find().stream().mapToInt(Postmaster.Running::pid).findFirst();
    }

    @Override
    public boolean takesLogins() {
        return postmaster
                .find()
                .filter(running -> !PostmasterDoor.held(running.pid()))
                .isPresent();
    }

    @Override
    public boolean takesWrites() {
        return postmaster
                .find()
                .filter(running -> !PostmasterDoor.held(running.pid()) && PostmasterFile.isReady(place.dataDir()))
                .filter(running -> RunningPrimary.is(running.pid()))
                .isPresent();
    }

    @Override
    public void reload() {
        // a signal waits for a process that stands still; a session to ask for it does not come about
        postmaster.find().ifPresent(running -> Signals.HUP.send(running.pid()));
    }

    @Override
    public boolean isHeld() {
        return postmaster.isHeld();
    }

    @Override
    public boolean stopped() {
        return postmaster.stopped();
    }

    @Override
    public List<String> argv() {
        return postmaster.argv();
    }

    @Override
    public Optional<ServiceName> service() {
        return postmaster
                .find()
                .flatMap(running ->
                        ServerService.find(running.pid(), argv(), node.rules().serviceManagers()));
    }

    @Override
    public Optional<String> startMode() {
        return manager().startMode();
    }

    @Override
    public void startMode(String mode) {
        manager().startMode(mode);
    }

    /** Before it is adopted, how it was started is told by the running server only. */
    private ServerService manager() {
        List<String> known = place.startArguments();
        return new ServerService(place.service(), known == null ? argv() : known, place.dataDir());
    }

    @Override
    public ControlData initialize(String database, Duration limit) {
        DurableFiles.makeDirectory(place.socketDir());
        return new InstanceInitializer(node.binaries())
                .initialize(
                        new InstanceInitializer.Spec(
                                place.layout(), place.nodeSettings(node), database, node.passwords()),
                        limit);
    }

    @Override
    public void start(Duration limit) {
        InstanceLayout layout = place.layout();
        DurableFiles.makeDirectory(place.socketDir());
        // an instance that was adopted and has never moved has nothing there yet
        DurableFiles.makeDirectory(layout.instanceDir());
        List<String> adopted = place.startArguments();
        Optional<ServerStart> manager = manager().starter(layout.logFile());
        if (manager.isPresent()) {
            postmaster.start(manager.orElseThrow(), limit);
        } else if (adopted != null) {
            postmaster.startAs(adopted, layout.logFile(), limit);
        } else {
            postmaster.start(layout.configFile(), layout.logFile(), limit);
        }
    }

    @Override
    public void stop(StopMode mode, Duration limit) {
        postmaster.stop(mode, limit);
    }

    @Override
    public void halt(Duration limit) {
        postmaster.halt(limit);
    }

    @Override
    public void rehearseHalt() {
        ServerHalt.rehearse(postmaster);
    }

    @Override
    public void endHeldGently(Duration limit) {
        postmaster.endHeldGently(limit);
    }

    @Override
    public void endHeldOrphans() {
        postmaster.endHeldOrphans();
    }

    @Override
    public ServerProcesses processes(int postmasterPid) {
        return new LocalProcesses(postmasterPid);
    }

    @Override
    public PostgresSession connect() {
        return connect(LocalServer.MAINTENANCE_DATABASE);
    }

    @Override
    public PostgresSession connect(String database) {
        return connect(database, Connections.DEFAULT_SOCKET_TIMEOUT);
    }

    @Override
    public PostgresSession connect(String database, Duration answerLimit) {
        return new JdbcSession(socket.connect(database, answerLimit), node, socket);
    }

    @Override
    public void awaitVisible(ManagedSetting setting, String value, Duration limit) {
        ServerSettings.awaitVisible(socket::connect, setting, value, limit);
    }

    @Override
    public Map<String, Long> countRows(Duration limit) {
        return RowCounts.read(socket, limit);
    }

    @Override
    public Facts.InstanceFacts facts(List<String> leftovers, Set<String> journaled) {
        return new FactsReader(node.binaries(), socket, place.dataDir())
                .read(leftovers, journaled, manager().startedByOthers());
    }

    @Override
    public ServerFiles files() {
        return new LocalServerFiles(node, place);
    }
}
