/** The fakes' own powers. */
@NullMarked
package io.drover.testing.fake;

import org.jspecify.annotations.NullMarked;
