/** Other products that switch a primary, each set up as its manual tells, measured in turns with Drover. */
@NullMarked
package io.drover.bench.peers;

import org.jspecify.annotations.NullMarked;
