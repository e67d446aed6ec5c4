/** What REST shows, and how errors look in it. */
@NullMarked
package io.drover.daemon.resources;

import org.jspecify.annotations.NullMarked;
