/**
 * Judges a run by what clients were told, what the servers hold and what their WAL says: never by what Drover says about itself.
 * Checks are pure functions of {@link io.drover.testing.checker.Evidence}; gatherers read it from real servers.
 */
@NullMarked
package io.drover.testing.checker;

import org.jspecify.annotations.NullMarked;
