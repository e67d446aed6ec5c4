/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.sql.Connection;
import java.util.Optional;

/**
 * WAL that a source keeps from the cutover on. pg_rewind reads the old primary's WAL back to the last checkpoint before the fork
 * (hazard H59), and a checkpoint past the fork would remove it: no slot needs it any more.
 */
public final class RewindReserve {
    /** Enough for what is written between the checkpoint that the cutover begins with and the fork. */
    private static final long MEGABYTES = 1024;

    /** For the recovery before a rewind, which ends with a checkpoint: everything. */
    static final String EVERYTHING = "1TB";

    private static final String KEPT = "SELECT setting FROM pg_settings WHERE name = 'wal_keep_size'";

    private RewindReserve() {}

    /** The wal_keep_size that the source needs; empty when its own is enough. */
    public static Optional<String> needed(Connection connection) {
        return Sql.number(connection, KEPT) >= MEGABYTES ? Optional.empty() : Optional.of("1GB");
    }
}
