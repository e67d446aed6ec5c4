package io.drover.replication;

import java.time.Duration;

/** Makes a new instance. */
public final class InstanceInitializer {
    public InstanceInitializer(PostgresBinaries binaries) {}
    /** What to make. clusterName is the node's id. */
    public record Spec(InstanceLayout layout, NodeConfig.Local local, String database, RoleSetup.Passwords passwords) {}
    /** Makes the instance and its database and leaves it running; may be repeated. */
    public ControlData initialize(Spec spec, Duration limit) { throw new UnsupportedOperationException(); }
}
