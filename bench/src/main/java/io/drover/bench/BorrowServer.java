/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.Json;
import io.drover.api.ShardTopology;
import io.drover.testing.cluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How the JVMs that JMH starts come to the shard; in a file that only this user may read, as command lines are seen by all. */
record BorrowServer(String zookeeper, String host, int port, String password) {
    static BorrowServer of(LocalCluster cluster, ShardTopology topology) {
        ShardTopology.Endpoint primary = topology.primary();
        return new BorrowServer(cluster.zookeeper(), primary.host(), primary.port(), cluster.password());
    }

    static BorrowServer read(Path file) throws IOException {
        return Json.read(Files.readAllBytes(file), BorrowServer.class);
    }

    /** Writes it to a new file, which the caller deletes. */
    Path write() throws IOException {
        return Files.write(Files.createTempFile("drover-bench", ".json"), Json.bytes(this));
    }
}
