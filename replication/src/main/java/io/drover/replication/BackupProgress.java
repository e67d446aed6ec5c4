/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.sql.Connection;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A base backup as its source sees it (PostgreSQL documentation, pg_stat_progress_basebackup). {@code pg_monitor} is enough.
 *
 * @param phase such as {@code waiting for checkpoint to finish}
 * @param bytesTotal an estimate; absent until there is one
 */
public record BackupProgress(String phase, long bytesDone, OptionalLong bytesTotal) {
    private static final String PROGRESS = """
            SELECT phase, coalesce(backup_streamed, 0), coalesce(backup_total, -1)
            FROM pg_stat_progress_basebackup ORDER BY pid DESC LIMIT 1""";

    /** The running base backup; absent when none runs. */
    public static Optional<BackupProgress> read(Connection connection) {
        return Sql.first(connection, PROGRESS, row -> {
            long total = row.getLong(3);
            return new BackupProgress(
                    row.getString(1), row.getLong(2), total < 0 ? OptionalLong.empty() : OptionalLong.of(total));
        });
    }
}
