/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import java.time.Instant;

/** The current row of a move and since when. */
record StepMark(int number, String name, Instant since) {}
