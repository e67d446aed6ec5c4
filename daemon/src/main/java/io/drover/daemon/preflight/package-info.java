/** The checks before a move and before its cutover, as data: one table with the numbers of {@code docs/hazards.md}. */
@NullMarked
package io.drover.daemon.preflight;

import org.jspecify.annotations.NullMarked;
