/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import org.apache.zookeeper.server.quorum.QuorumPeerMain;

/** A ZooKeeper server by its own program, alone or one of an ensemble. */
final class ZooKeeperPart implements ChildMain.Part {
    /** Starts it; it listens some time later. */
    ZooKeeperPart(String configuration) {
        System.setProperty("zookeeper.admin.enableServer", "false");
        System.setProperty("zookeeper.4lw.commands.whitelist", "srvr,mntr");
        Thread server = new Thread(() -> QuorumPeerMain.main(new String[] {configuration}), "zookeeper");
        server.setDaemon(true);
        server.start();
    }

    @Override
    public String answer(String order) {
        throw new IllegalArgumentException("BUG: ZooKeeper takes no order here: " + order);
    }
}
