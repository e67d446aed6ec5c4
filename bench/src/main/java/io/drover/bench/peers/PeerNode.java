/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.OsUser;
import io.drover.testing.cluster.Psql;
import java.nio.file.Path;

/**
 * One of the two servers of a peer.
 *
 * @param id 1 or 2
 * @param data its data directory
 * @param socket the directory of its Unix socket
 * @param user whom it runs as
 */
record PeerNode(int id, int port, Path data, Path socket, OsUser user) {
    static final String HOST = "127.0.0.1";

    String name() {
        return "node_" + id;
    }

    /** As clients write it. */
    String address() {
        return HOST + ":" + port;
    }

    /** The application's database on this server alone. */
    String jdbcUrl() {
        return "jdbc:postgresql://" + address() + "/" + LocalCluster.DATABASE;
    }

    Psql psql() {
        return new Psql(user, socket.toString(), port);
    }
}
