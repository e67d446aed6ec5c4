/** A whole installation in one thread's time: the production code on fakes, with a seed that decides who runs next. */
@NullMarked
package io.drover.testing.sim;

import org.jspecify.annotations.NullMarked;
