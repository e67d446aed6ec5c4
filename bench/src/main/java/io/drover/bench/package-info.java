/** The benchmark: the same load through switches of different kinds, in turns. */
@NullMarked
package io.drover.bench;

import org.jspecify.annotations.NullMarked;
