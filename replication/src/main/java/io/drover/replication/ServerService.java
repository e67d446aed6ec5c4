/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The service manager of one server, told from how the server was started.
 *
 * @param service under which it was found when it was adopted; null when the agent starts it itself
 * @param argv how its postmaster is started, program name first
 */
record ServerService(@Nullable ServiceName service, List<String> argv, Path dataDir) {
    /**
     * Under which service manager a running server is; empty when the agent starts it itself.
     *
     * @param managed whether it is left to a service manager at all
     * @throws io.drover.api.DroverException STATE_CONFLICT when that one cannot be left to the agent
     */
    static Optional<ServiceName> find(int pid, List<String> argv, boolean managed) {
        Optional<DebianCluster> cluster = DebianCluster.of(argv);
        cluster.ifPresent(DebianCluster::requireStartMode);
        if (!managed) {
            return Optional.empty();
        }
        Optional<SystemdUnit> unit = SystemdUnit.of(pid);
        if (unit.isPresent()) {
            unit.orElseThrow().requireUsable();
            return unit.map(SystemdUnit::service);
        }
        return ClusterStart.isThere() ? cluster.map(DebianCluster::service) : Optional.empty();
    }

    /** Who starts it; empty when that is the agent itself. */
    Optional<ServerStart> starter(Path logFile) {
        Optional<DebianCluster> cluster = DebianCluster.of(argv);
        if (service == null) {
            return Optional.empty();
        }
        return switch (service.kind()) {
            case SYSTEMD ->
                Optional.of(new UnitStart(
                        new SystemdUnit(service.name()),
                        dataDir,
                        cluster.map(DebianCluster::logFile).orElse(logFile)));
            case PG_CTLCLUSTER -> cluster.map(known -> new ClusterStart(known, dataDir));
        };
    }

    /** What starts it at boot, or lets anybody start it, beside the agent; empty when nothing does. */
    String startedByOthers() {
        Optional<DebianCluster> cluster =
                DebianCluster.of(argv).filter(known -> known.startMode().equals(DebianCluster.AUTO));
        if (cluster.isPresent()) {
            return cluster.orElseThrow().configuration() + "/start.conf says " + DebianCluster.AUTO;
        }
        return service != null && service.kind() == ServiceName.Kind.SYSTEMD
                ? new SystemdUnit(service.name()).startedByOthers()
                : "";
    }

    /** Whether it is started at boot, as Debian's tools write it; empty when none of them made it. */
    Optional<String> startMode() {
        return DebianCluster.of(argv).map(DebianCluster::startMode);
    }

    void startMode(String mode) {
        DebianCluster.of(argv).ifPresent(cluster -> cluster.startMode(mode));
    }
}
