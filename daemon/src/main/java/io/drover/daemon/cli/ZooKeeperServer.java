/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.zookeeper.server.ServerConfig;
import org.apache.zookeeper.server.ZooKeeperServerMain;
import org.apache.zookeeper.server.admin.AdminServer.AdminServerException;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig.ConfigException;

/** One ZooKeeper server in this process. */
public final class ZooKeeperServer {
    private ZooKeeperServer() {}

    /**
     * Serves until the process ends.
     *
     * @param file in the form of {@code zoo.cfg}: at least {@code dataDir} and {@code clientPort}
     * @throws IllegalArgumentException when the file is not understood or names several servers
     */
    public static void run(Path file) throws IOException, AdminServerException {
        CommandLineLogging.normal();
        // the admin server would bring a second Jetty and an open port; nobody asks for it here
        System.setProperty("zookeeper.admin.enableServer", "false");
        // the caller's file is a demo's or a test's: its own commands may look at the server
        System.setProperty("zookeeper.4lw.commands.whitelist", "ruok,srvr,stat,mntr");
        QuorumPeerConfig parsed = new QuorumPeerConfig();
        try {
            parsed.parse(file.toString());
        } catch (ConfigException e) {
            throw new IllegalArgumentException("cannot use " + file + ": " + e.getMessage(), e);
        }
        if (parsed.isDistributed()) {
            throw new IllegalArgumentException(
                    file + " names several servers; run ZooKeeper's own program for an ensemble");
        }
        ServerConfig config = new ServerConfig();
        config.readFrom(parsed);
        new ZooKeeperServerMain().runFromConfig(config);
    }
}
