/** The places where a process is made to die in tests. */
@NullMarked
package io.drover.api.fault;

import org.jspecify.annotations.NullMarked;
