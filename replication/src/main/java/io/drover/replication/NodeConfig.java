package io.drover.replication;

import java.nio.file.Path;
import java.sql.Connection;

/** Node-local settings of an instance, outside its data directory. */
public final class NodeConfig {
    private NodeConfig() {}
    /** What differs from node to node. */
    public record Local(Path socketDir, int port, String listenAddresses, String clusterName) {}
    /** Writes conf/postgresql.conf, conf/pg_hba.conf and the password file. */
    public static void write(InstanceLayout layout, Path dataDir, Local local, String accessRules, RoleSetup.Passwords passwords) { throw new UnsupportedOperationException(); }
    /** Rules of a new instance. */
    public static String newAccessRules() { throw new UnsupportedOperationException(); }
    /** The rules that a copied data directory carries: those of {@link #carryAccessRules}, else its pg_hba.conf. */
    public static String accessRulesOf(Path dataDir) { throw new UnsupportedOperationException(); }
    /** On a source: puts the rules in force (SHOW hba_file) into its data directory, so that a copy carries them. */
    public static void carryAccessRules(Connection connection) { throw new UnsupportedOperationException(); }
}
