/** Stand-ins for what Drover reaches over the network; they do what the real thing does and live by a given scheduler. */
@NullMarked
package io.drover.testing.fake;

import org.jspecify.annotations.NullMarked;
