/** The program: its commands, and the controller that they start. */
@NullMarked
package io.drover.daemon;

import org.jspecify.annotations.NullMarked;
