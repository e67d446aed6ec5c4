/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.topology.DocumentStore;
import io.drover.topology.Versioned;
import io.drover.topology.ZkLayout;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.time.Duration;

/**
 * The record of a move as ZooKeeper has it, read past every controller: when the leader is dead, it tells in which state that
 * died.
 */
public final class MoveProbe implements AutoCloseable {
    private final ZooKeeperClient client;
    private final boolean own;
    private final MoveId move;

    private MoveProbe(ZooKeeperClient client, boolean own, MoveId move) {
        this.client = client;
        this.own = own;
        this.move = move;
    }

    /** Connects. */
    public static MoveProbe open(LocalCluster cluster, MoveId move) {
        return new MoveProbe(ZooKeeperConnection.connect(cluster.zookeeper(), Duration.ofSeconds(10)), true, move);
    }

    /** Reads by a connection that is there already: the first states of a move may be over before another one is. */
    public static MoveProbe open(TopologyProbe connected, MoveId move) {
        return new MoveProbe(connected.client(), false, move);
    }

    /** The stored state. */
    public MoveState state() {
        return MoveState.valueOf(stored().get("state").asText());
    }

    /** Whether the record says that the row was done on the way there. */
    public boolean isDone(int row) {
        for (JsonNode done : stored().path("forward").path("done")) {
            if (done.asInt() == row) {
                return true;
            }
        }
        return false;
    }

    private JsonNode stored() {
        return new DocumentStore(client)
                .read(ZkLayout.move(move, JsonNode.class))
                .map(Versioned::value)
                .orElseThrow(() -> new IllegalStateException("ZooKeeper knows no move " + move));
    }

    @Override
    public void close() {
        if (own) {
            client.close();
        }
    }
}
