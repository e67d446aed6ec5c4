package io.drover.replication;

import java.sql.Connection;
import java.util.Optional;
import java.util.OptionalLong;

/** pg_stat_progress_basebackup of the source. */
public record BackupProgress(String phase, long bytesDone, OptionalLong bytesTotal) {
    /** The running base backup; absent when none runs. */
    public static Optional<BackupProgress> read(Connection connection) { throw new UnsupportedOperationException(); }
}
