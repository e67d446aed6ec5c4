/** The agent: owns a node's PostgreSQL instances and changes them, on order of a controller or, within narrow rules, by itself. */
@NullMarked
package io.drover.daemon.agent;

import org.jspecify.annotations.NullMarked;
