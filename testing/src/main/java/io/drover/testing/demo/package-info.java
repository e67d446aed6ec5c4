/** The demo: a cluster, a load, a move, the way back, and a report. */
@NullMarked
package io.drover.testing.demo;

import org.jspecify.annotations.NullMarked;
