@NullMarked
package io.drover.testing.fault;

import org.jspecify.annotations.NullMarked;
