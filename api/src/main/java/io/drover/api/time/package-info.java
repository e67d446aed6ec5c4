/** Time, threads and waits behind one port, so that a test can own them. */
@NullMarked
package io.drover.api.time;

import org.jspecify.annotations.NullMarked;
