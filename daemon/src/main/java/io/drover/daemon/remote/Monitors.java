/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.remote;

import io.drover.api.ShardTopology.Endpoint;
import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.BackupView;
import io.drover.replication.InstanceMonitor.BlockerView;
import io.drover.replication.InstanceMonitor.StandbyView;
import java.util.List;
import java.util.Optional;

/** What a controller reads from PostgreSQL itself: views, as the role drover. */
public interface Monitors {
    /**
     * Logs in anew.
     *
     * @throws io.drover.api.DroverException POSTGRES_UNREACHABLE when the controller cannot
     */
    void checkLogin(Endpoint instance);

    /** The standby that streams from a primary under an application_name. */
    Optional<StandbyView> standby(Endpoint primary, String applicationName);

    /** Whether a slot of this primary is there and holds back all that its standby has not received. */
    boolean holdsWal(Endpoint primary, String slot);

    /** The base backup that is being taken from an instance, while bytes of it are sent. */
    Optional<BackupView> baseBackup(Endpoint source);

    /** Whether the probe of the guard waits on this primary. */
    boolean guardProbeWaits(Endpoint primary);

    /** What stands in the way of a cutover of this primary: by kind, the oldest first. */
    List<BlockerView> blockers(Endpoint primary);

    /** What goes on on this primary now. */
    ActivityView activity(Endpoint primary);
}
