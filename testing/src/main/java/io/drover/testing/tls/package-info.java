/** A private CA for tests, and what it issues. */
@NullMarked
package io.drover.testing.tls;

import org.jspecify.annotations.NullMarked;
