/** The adapter that steers PgBouncer by the topology: pauses it under a fence, and leads it to the new primary. */
@NullMarked
package io.drover.daemon.pgbouncer;

import org.jspecify.annotations.NullMarked;
