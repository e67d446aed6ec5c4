/** The command line. */
@NullMarked
package io.drover.daemon.cli;

import org.jspecify.annotations.NullMarked;
