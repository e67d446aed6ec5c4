/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client.internal;

import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;

/** Opens pools. The seam where tests put servers that do not exist. */
public interface PoolFactory {
    /** What the sessions are for. */
    enum Purpose {
        /** Writes: a server in recovery is not good enough. */
        WRITE,
        /** Reads from a replica. */
        READ
    }

    /**
     * Opens a pool that fills itself in the background; the server need not be up yet.
     *
     * @param topology of the shard, whose database and instance the sessions are to be in
     * @param endpoint the server, which is one of the topology's
     */
    ConnectionPool open(ShardTopology topology, Endpoint endpoint, Purpose purpose);
}
