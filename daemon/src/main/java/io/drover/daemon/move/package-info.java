/** The move: its table of steps, the driver that walks it, its record, and what people ask of it. */
@NullMarked
package io.drover.daemon.move;

import org.jspecify.annotations.NullMarked;
