/** What stands in the controller's configuration file. */
@NullMarked
package io.drover.daemon.config;

import org.jspecify.annotations.NullMarked;
