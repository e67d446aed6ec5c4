/** A whole Drover installation on one machine: separate processes on loopback addresses, for the demo and the tests. */
@NullMarked
package io.drover.testing.cluster;

import org.jspecify.annotations.NullMarked;
