/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.daemon.remote.Monitors;
import io.drover.replication.InstanceMonitor;
import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.BackupView;
import io.drover.replication.InstanceMonitor.BlockerView;
import io.drover.replication.InstanceMonitor.OpenTransaction;
import io.drover.replication.InstanceMonitor.StandbyView;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a controller reads from servers that do not exist. Left out: a base backup is never shown, since what it has sent is known at its
 * end only; and no session is kept between questions, which would still answer behind a held door while it is not stopped itself.
 */
record FakeMonitors(FakePostgres world, String from) implements Monitors {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** Behind a held door a login waits. */
    private <T> T ask(Endpoint instance, Function<FakeServer, T> question) {
        world.pause(world.times().question());
        return world.attempt(LIMIT, () -> isAnswered(instance), () -> {
                    if (!world.connected(from, instance.host())) {
                        return null;
                    }
                    FakeServer server = world.serverAt(instance.host(), instance.port())
                            .filter(found -> found.ready && !found.isDeaf())
                            .orElseThrow(() -> unreachable(instance));
                    return server.held ? null : question.apply(server);
                })
                .orElseThrow(() -> unreachable(instance));
    }

    private boolean isAnswered(Endpoint instance) {
        return world.connected(from, instance.host())
                && world.serverAt(instance.host(), instance.port())
                        .filter(server -> server.held)
                        .isEmpty();
    }

    private static DroverException unreachable(Endpoint instance) {
        return new DroverException(
                ErrorCode.POSTGRES_UNREACHABLE, "PostgreSQL on " + instance.node() + " did not answer");
    }

    @Override
    public void checkLogin(Endpoint instance) {
        ask(instance, server -> server.pid);
    }

    @Override
    public Optional<StandbyView> standby(Endpoint primary, String applicationName) {
        return ask(
                primary,
                server -> server.standbys(FakeSynchronous.ANYBODY).stream()
                        .filter(standby -> standby.application().equals(applicationName))
                        .findFirst()
                        .map(standby -> view(server, standby)));
    }

    private static StandbyView view(FakeServer primary, FakeReceiver standby) {
        long lag = Math.max(0, primary.replayed(primary.data).minus(standby.replayed()));
        return new StandbyView(standby.state(), lag, lag == 0 ? 0 : 1);
    }

    @Override
    public boolean holdsWal(Endpoint primary, String slot) {
        return ask(primary, server -> server.data.slots.holds(slot));
    }

    @Override
    public Optional<BackupView> baseBackup(Endpoint source) {
        return ask(source, server -> Optional.empty());
    }

    @Override
    public boolean guardProbeWaits(Endpoint primary) {
        return ask(
                primary,
                server -> server.backends.values().stream()
                        .anyMatch(each ->
                                each.application.equals(InstanceMonitor.GUARD_PROBE) && each.waitsForStandby()));
    }

    @Override
    public List<BlockerView> blockers(Endpoint primary) {
        return ask(primary, FakeBlockers::of);
    }

    @Override
    public ActivityView activity(Endpoint primary) {
        return ask(
                primary,
                server -> new ActivityView(
                        server.data.wal.end(),
                        (int) server.backends.values().stream()
                                .filter(FakeBackend::serves)
                                .count(),
                        server.backends.values().stream()
                                .filter(each -> each.serves() && !each.open().isZero())
                                .map(each -> new OpenTransaction(
                                        each.pid,
                                        each.mark().transactionMicros(),
                                        each.open().toNanos() / 1e6))
                                .sorted(Comparator.comparingDouble(OpenTransaction::millis)
                                        .reversed())
                                .toList()));
    }
}
