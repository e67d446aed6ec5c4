/** PostgreSQL's processes, files and SQL: copies, slots, WAL, the seal's signals, promotion and rejoin. No ZooKeeper. */
@NullMarked
package io.drover.replication;

import org.jspecify.annotations.NullMarked;
