/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.ShardTopology.Endpoint;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Logins to the shard's servers from where a pooler sits, as its clients' role. */
public interface PoolerLogins {
    /** Logs in and out again; answers why that failed, or nothing. */
    Optional<String> refused(Endpoint server, String database);

    /**
     * Sessions of this role that have a transaction open and do nothing, as the server tells.
     *
     * @param ports the clients' ports of the pooler's sessions
     * @return a description of each
     * @throws io.drover.api.DroverException POSTGRES_UNREACHABLE when the server cannot be asked
     */
    List<String> idleInTransaction(Endpoint server, String database, Set<Integer> ports);
}
