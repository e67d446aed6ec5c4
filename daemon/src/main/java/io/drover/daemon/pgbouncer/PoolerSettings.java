/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.ShardId;
import io.drover.replication.PgBouncerPlace;
import io.drover.topology.PoolerGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What an adapter is told, checked.
 *
 * @param name what people call it; no two adapters of an installation have the same
 * @param group the poolers that clients may use as well as this one
 * @param include the file that the adapter writes
 * @param processes the PgBouncer processes
 * @param user one of {@code admin_users}
 * @param killAfter how long clients may stay with a server that is not theirs any more
 */
public record PoolerSettings(
        String name,
        PoolerGroup group,
        Path include,
        List<Database> databases,
        List<Pooler> processes,
        String user,
        Duration killAfter) {

    /**
     * A database of PgBouncer's.
     *
     * @param options more of PgBouncer's parameters for it
     */
    public record Database(String name, ShardId shard, String options) {}

    /**
     * A PgBouncer process.
     *
     * @param place of its console
     * @param ini its configuration, which the adapter only reads
     */
    public record Pooler(PgBouncerPlace place, Path ini) {}

    /** Copies the lists. */
    public PoolerSettings {
        databases = List.copyOf(databases);
        processes = List.copyOf(processes);
    }

    /** The places of the processes. */
    List<PgBouncerPlace> places() {
        return processes.stream().map(Pooler::place).toList();
    }
}
