/** What the daemon counts and measures. */
@NullMarked
package io.drover.daemon.metrics;

import org.jspecify.annotations.NullMarked;
