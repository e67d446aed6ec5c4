/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.remote;

import io.drover.api.ShardTopology.Endpoint;
import io.drover.replication.InstanceMonitor;
import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.BackupView;
import io.drover.replication.InstanceMonitor.BlockerView;
import io.drover.replication.InstanceMonitor.StandbyView;
import io.drover.replication.InstanceMonitors;
import java.util.List;
import java.util.Optional;

/** Reads the views of live instances. */
public final class PostgresMonitors implements Monitors {
    /** Exists in every instance; the views that are read are the same in all databases. */
    private static final String DATABASE = "postgres";

    private final InstanceMonitors monitors;

    public PostgresMonitors(InstanceMonitors monitors) {
        this.monitors = monitors;
    }

    @Override
    public void checkLogin(Endpoint instance) {
        monitors.checkLogin(instance, DATABASE);
    }

    @Override
    public Optional<StandbyView> standby(Endpoint primary, String applicationName) {
        try (InstanceMonitor monitor = monitors.open(primary, DATABASE)) {
            return monitor.standby(applicationName);
        }
    }

    @Override
    public Optional<BackupView> baseBackup(Endpoint source) {
        try (InstanceMonitor monitor = monitors.open(source, DATABASE)) {
            return monitor.baseBackup();
        }
    }

    @Override
    public boolean holdsWal(Endpoint primary, String slot) {
        try (InstanceMonitor monitor = monitors.open(primary, DATABASE)) {
            return monitor.holdsWal(slot);
        }
    }

    @Override
    public boolean guardProbeWaits(Endpoint primary) {
        try (InstanceMonitor monitor = monitors.open(primary, DATABASE)) {
            return monitor.guardProbeWaits();
        }
    }

    @Override
    public List<BlockerView> blockers(Endpoint primary) {
        try (InstanceMonitor monitor = monitors.open(primary, DATABASE)) {
            return monitor.blockers();
        }
    }

    @Override
    public ActivityView activity(Endpoint primary) {
        try (InstanceMonitor monitor = monitors.open(primary, DATABASE)) {
            return monitor.activity();
        }
    }
}
