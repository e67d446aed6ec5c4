/** The benchmarks, and what they share. */
@NullMarked
package io.drover.bench;

import org.jspecify.annotations.NullMarked;
