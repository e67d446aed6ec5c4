@NullMarked
package io.drover.daemon.pgbouncer;

import org.jspecify.annotations.NullMarked;
