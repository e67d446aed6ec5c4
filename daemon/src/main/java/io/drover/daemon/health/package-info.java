/** What the admin port says about the daemon's state. */
@NullMarked
package io.drover.daemon.health;

import org.jspecify.annotations.NullMarked;
