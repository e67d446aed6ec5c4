/**
 * Moves on real processes while these are killed, frozen, cut off or starved: {@code bin/fault-test}.
 */
@NullMarked
package io.drover.testing.fault;

import org.jspecify.annotations.NullMarked;
