/** The adapter of PgBouncer, on a fake one and on a real one. */
@NullMarked
package io.drover.testing.pgbouncer;

import org.jspecify.annotations.NullMarked;
