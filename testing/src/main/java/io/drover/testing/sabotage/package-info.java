/**
 * Negative controls: each takes something out of running daemons on which safety rests, by replacing methods of production in their
 * memory, and shows that the checker sees the harm. In no shipped jar.
 */
@NullMarked
package io.drover.testing.sabotage;

import org.jspecify.annotations.NullMarked;
