/** How a controller talks to the agents. */
@NullMarked
package io.drover.daemon.remote;

import org.jspecify.annotations.NullMarked;
