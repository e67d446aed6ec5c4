/** Tests without servers. */
@NullMarked
package io.drover.testing.demo;

import org.jspecify.annotations.NullMarked;
