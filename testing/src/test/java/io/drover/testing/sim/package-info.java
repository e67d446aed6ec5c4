/** Tests of the simulation, and tests that use it. */
@NullMarked
package io.drover.testing.sim;

import org.jspecify.annotations.NullMarked;
